# Sets of MatchIt with outcomes taken away: the effect and the balance on what is left when
# broken sets are re-weighted, and when they are dropped. Base R beside MatchIt.
# Usage: Rscript broken_sets.R OUTDIR
suppressMessages(library(MatchIt))
out <- commandArgs(TRUE)[1]
data("lalonde", package = "MatchIt")
f <- treat ~ age + educ + race + married + nodegree + re74 + re75
m <- suppressWarnings(matchit(f, lalonde, ratio = 2, caliper = NULL))
d <- data.frame(unit_id = rownames(lalonde), lalonde, set = m$subclass)
d <- d[!is.na(d$set), ]
d$gone <- seq_len(nrow(d)) %% 7 == 3
write.csv(d[c("unit_id", "set", "gone")], file.path(out, "broken_sets.csv"),
          row.names = FALSE, quote = FALSE)

left <- function(rule) {
  t <- tapply(d$treat[!d$gone], d$set[!d$gone], sum)
  c <- tapply(1 - d$treat[!d$gone], d$set[!d$gone], sum)
  keep <- names(t)[!is.na(t) & t > 0 & c > 0]
  if (rule == "drop") keep <- setdiff(keep, unique(as.character(d$set[d$gone])))
  x <- d[!d$gone & as.character(d$set) %in% keep, ]
  controls <- table(as.character(x$set[x$treat == 0]))
  x$w <- ifelse(x$treat == 1, 1, 1 / controls[as.character(x$set)])
  x$w[x$treat == 0] <- x$w[x$treat == 0] * sum(x$treat == 0) / sum(x$w[x$treat == 0])
  x
}

# CR1 by set, as sandwich::vcovCL computes it.
by_set <- function(fit, set) {
  X <- model.matrix(fit); w <- weights(fit); n <- nrow(X); k <- ncol(X)
  s <- rowsum(X * (w * residuals(fit)), as.character(set)); G <- nrow(s)
  bread <- solve(crossprod(X, X * w))
  V <- bread %*% crossprod(s) %*% bread * G / (G - 1) * (n - 1) / (n - k)
  sqrt(V["treat", "treat"])
}

rows <- lapply(c("reweight", "drop"), function(rule) {
  x <- left(rule)
  fit <- lm(re78 ~ treat, x, weights = w)
  mean_of <- function(v, t) weighted.mean(x[[v]][x$treat == t], x$w[x$treat == t])
  data.frame(rule = rule, sets = length(unique(x$set)), n_treated = sum(x$treat),
             n_comparison = sum(1 - x$treat), estimate = coef(fit)[["treat"]],
             std_error = by_set(fit, x$set),
             age_treated = mean_of("age", 1), age_comparison = mean_of("age", 0),
             re75_treated = mean_of("re75", 1), re75_comparison = mean_of("re75", 0))
})
write.csv(format(do.call(rbind, rows), digits = 15, trim = TRUE),
          file.path(out, "broken_sets_oracles.csv"), row.names = FALSE, quote = FALSE)
