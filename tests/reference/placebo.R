# A placebo on lalonde: earnings of 1975, before the program, as if they were its outcome,
# among students alike in race, marriage and degree. MatchIt makes the cells; base R beside it.
# Usage: Rscript placebo.R OUTDIR
suppressMessages(library(MatchIt))
out <- commandArgs(TRUE)[1]
data("lalonde", package = "MatchIt")
m <- matchit(treat ~ race + married + nodegree, lalonde, method = "exact")
d <- match.data(m)
rows <- lapply(c("re74", "re75"), function(name) {
  d$y <- d[[name]]
  fit <- lm(y ~ treat, d, weights = weights)
  X <- model.matrix(fit); w <- weights(fit)
  bread <- solve(crossprod(X, X * w))
  h <- w * rowSums((X %*% bread) * X)
  V <- bread %*% crossprod(X * (w * residuals(fit) / (1 - h))) %*% bread   # HC3
  e <- coef(fit)[["treat"]]; s <- sqrt(V["treat", "treat"])
  data.frame(outcome = name, n_treated = sum(d$treat), n_comparison = sum(1 - d$treat),
             estimate = e, std_error = s)
})
write.csv(format(do.call(rbind, rows), digits = 15, trim = TRUE),
          file.path(out, "placebo_oracles.csv"), row.names = FALSE, quote = FALSE)
