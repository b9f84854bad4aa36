# Oracle numbers for the estimands ATC and ATE, on lalonde.csv.
# Usage: Rscript estimand_oracles.R LALONDE.CSV OUTDIR
# Needs MatchIt only (4.5.1 was used); weights that MatchIt does not make, AIPW and HC3 are
# written out by hand. MatchIt 4.5.1 finds the nearest only when told the score as a covariate.
suppressMessages(library(MatchIt))
args <- commandArgs(TRUE)
d <- read.csv(args[1], check.names = FALSE)
rownames(d) <- d$unit_id
f <- treat ~ age + educ + race + married + nodegree + re74 + re75
X <- model.matrix(f, d)[, -1]
d$score <- fitted(glm(f, binomial, d, control = list(epsilon = 1e-14, maxit = 100)))
figures <- list(); weights <- list()
say <- function(spec, what, value) {
  figures[[length(figures) + 1]] <<- data.frame(spec = spec, what = what, value = value)
}

hc3 <- function(fit) {
  A <- model.matrix(fit); w <- weights(fit); B <- solve(crossprod(A * sqrt(w)))
  e <- residuals(fit) / (1 - w * rowSums((A %*% B) * A))
  sqrt((B %*% crossprod(A * (w * e)) %*% B)["t", "t"])
}
worth <- function(w) sum(w)^2 / sum(w^2)
wvar <- function(x) if (all(x %in% 0:1)) mean(x) * (1 - mean(x)) else var(x)

# What weights w say: how many, their worth, balance in the estimand's SDs, the effects.
told <- function(spec, w, estimand) {
  weights[[spec]] <<- w
  t <- d$treat; on <- w > 0
  say(spec, "n_treated", sum(on & t == 1)); say(spec, "n_comparison", sum(on & t == 0))
  say(spec, "ess_treated", worth(w[on & t == 1]))
  say(spec, "ess_comparison", worth(w[on & t == 0]))
  M <- cbind(X[, c("age", "educ", "married", "nodegree", "re74", "re75")],
             sapply(c("black", "hispan", "white"), function(r) as.numeric(d$race == r)))
  smd <- apply(M, 2, function(x) {
    v <- c(wvar(x[t == 1]), wvar(x[t == 0]))
    sd <- sqrt(switch(estimand, ATT = v[1], ATC = v[2], ATE = mean(v)))
    (weighted.mean(x[t == 1], w[t == 1]) - weighted.mean(x[t == 0], w[t == 0])) / sd
  })
  for (name in names(smd)) say(spec, paste0("smd ", name), smd[[name]])
  s <- d[on, ]; t <- s$treat; ws <- w[on]
  fit <- lm(re78 ~ t, s, weights = ws)
  say(spec, "difference", coef(fit)[["t"]]); say(spec, "difference HC3", hc3(fit))
  target <- switch(estimand, ATT = t == 1, ATC = t == 0, ATE = t == t)
  C <- sweep(X[on, ], 2, colMeans(X[on, ][target, , drop = FALSE]))
  C <- C[, apply(C, 2, function(x) length(unique(x)) > 1), drop = FALSE]
  fit <- lm(re78 ~ t * C, s, weights = ws)
  if (!anyNA(coef(fit))) {
    say(spec, "g_computation", coef(fit)[["t"]]); say(spec, "g_computation HC3", hc3(fit))
  }
}

for (estimand in c("ATT", "ATC", "ATE")) {
  low <- tolower(estimand)
  for (k in c(5, 6)) told(paste0("subclass", k, "_", low), matchit(
    f, d, method = "subclass", subclass = k, min.n = 0, estimand = estimand)$weights, estimand)
  told(paste0("exact_", low), matchit(treat ~ race + married + nodegree, d,
    method = "exact", estimand = estimand)$weights, estimand)
  told(paste0("cem_", low), matchit(f, d, method = "cem", estimand = estimand)$weights,
       estimand)
}

nearest <- function(spec, estimand, ...) {
  m <- suppressWarnings(matchit(f, d, distance = d$score, mahvars = ~ score,
                                estimand = estimand, ...))
  told(spec, m$weights, estimand)
  mm <- m$match.matrix
  each <- rowSums(!is.na(mm))
  say(spec, "matched_own", sum(each > 0))
  for (n in seq_len(max(each))) say(spec, paste("given", n), sum(each == n))
  own <- rep(rownames(mm), each); other <- t(mm)[!is.na(t(mm))]
  say(spec, "total_distance", sum(abs(d[own, "score"] - d[other, "score"])))
}
nearest("nearest_atc", "ATC")
nearest("nearest_atc_exact_race", "ATC", exact = ~ race)
nearest("nearest_atc_k3_reuse", "ATC", replace = TRUE, ratio = 3)

# Inverse probability and entropy weights, each arm's to its number.
t <- d$treat; e <- d$score
evened <- function(w) ifelse(t == 1, w * sum(t == 1) / sum(w[t == 1]),
                             w * sum(t == 0) / sum(w[t == 0]))
told("ipw_atc", evened(ifelse(t == 1, (1 - e) / e, 1)), "ATC")
told("ipw_ate", evened(ifelse(t == 1, 1 / e, 1 / (1 - e))), "ATE")
even <- function(arm, to) {  # most even weights of an arm with the means of `to`
  M <- sweep(scale(X), 2, colMeans(scale(X)[to, ]))[arm, ]
  b <- rep(0, ncol(M))
  for (i in 1:200) {
    w <- exp(M %*% b)[, 1]; w <- w / sum(w); g <- colSums(M * w)
    if (max(abs(g)) < 1e-14) break
    H <- crossprod(M * w, M) - tcrossprod(g); step <- solve(H, g); size <- 1
    while (log(sum(exp(M %*% (b - size * step)))) > log(sum(exp(M %*% b)))) size <- size / 2
    b <- b - size * step
  }
  w
}
w <- rep(1, nrow(d)); w[t == 1] <- even(t == 1, t == 0)
told("entropy_atc", evened(w), "ATC")
w[t == 1] <- even(t == 1, t == t); w[t == 0] <- even(t == 0, t == t)
told("entropy_ate", evened(w), "ATE")

# AIPW: both models of everyone; the error from the influence.
m <- sapply(0:1, function(a) predict(lm(update(f, re78 ~ .), d[t == a, ]), d))
y <- d$re78; n <- nrow(d); p <- mean(t)
parts <- list(
  ATT = (t * (y - m[, 1]) - (1 - t) * e / (1 - e) * (y - m[, 1])) / p,
  ATC = (t * (1 - e) / e * (y - m[, 2]) - (1 - t) * (y - m[, 2])) / (1 - p),
  ATE = m[, 2] - m[, 1] + t * (y - m[, 2]) / e - (1 - t) * (y - m[, 1]) / (1 - e))
counts <- list(ATT = t / p, ATC = (1 - t) / (1 - p), ATE = 1)
for (estimand in names(parts)) {
  value <- mean(parts[[estimand]])
  say(paste0("aipw_", tolower(estimand)), "estimate", value)
  say(paste0("aipw_", tolower(estimand)), "std_error",
      sd(parts[[estimand]] - counts[[estimand]] * value) / sqrt(n))
}

figures <- do.call(rbind, figures)
figures$value <- signif(figures$value, 15)
write.csv(figures, file.path(args[2], "estimand_oracles.csv"), row.names = FALSE)
kept <- weights[grepl("(subclass6|exact|cem|ipw|entropy)_at[ce]$", names(weights))]
table <- data.frame(unit_id = d$unit_id, lapply(kept, signif, 10), check.names = FALSE)
write.csv(table, file.path(args[2], "estimand_weights.csv"), row.names = FALSE)
