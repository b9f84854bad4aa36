# Errors of the Kitagawa-Oaxaca-Blinder accounting of STAR's reading gap, by school, for
# tests/engine/test_decomposition.py: means and slopes of both groups are the root of stacked
# moments, the error of every part follows by the delta method with numerical slopes, so no
# formula is shared with the engine. R 4.2.2, base only. Run beside star.csv:
# Rscript accounting.R > accounting.json
d <- read.csv("star.csv", na.strings = c("", "NA"))
d <- d[!is.na(d$stark), ]
large <- d$readk[d$stark != "small"]
d$z <- (d$readk - mean(large, na.rm = TRUE)) / sd(large, na.rm = TRUE)
d <- d[complete.cases(d[c("z", "gender", "lunchk", "birth")]) & d$ethnicity %in% c("afam", "cauc"), ]
X <- cbind(1, small = d$stark == "small", girl = d$gender == "female", free = d$lunchk == "free",
           birth = d$birth - 1986)
ref <- d$ethnicity == "cauc"; k <- ncol(X)
moments <- function(theta) {                 # per child: means of X and y by group, slopes by group
  m <- function(g, mu, b) g * cbind(sweep(cbind(X[, -1], d$z), 2, mu), X * as.vector(d$z - X %*% b))
  i <- split(seq_along(theta), rep(1:4, c(k, k, k, k)))
  cbind(m(ref, theta[i[[1]]], theta[i[[2]]]), m(!ref, theta[i[[3]]], theta[i[[4]]]))
}
own <- function(g) c(colMeans(cbind(X[, -1], d$z)[g, ]), unname(coef(lm.fit(X[g, ], d$z[g]))))
theta <- c(own(ref), own(!ref))
numeric_slope <- function(f, at) sapply(seq_along(at), function(j) {
  h <- 1e-4 * max(1, abs(at[j])); up <- down <- at; up[j] <- at[j] + h; down[j] <- at[j] - h
  (f(up) - f(down)) / (2 * h)
})
A <- numeric_slope(function(t) colSums(moments(t)), theta)
influence <- -moments(theta) %*% t(solve(A))
sums <- rowsum(influence, d$schoolidk); G <- nrow(sums)
V <- G / (G - 1) * crossprod(sums)
parts <- function(t) {
  explained <- (t[1:(k - 1)] - t[2 * k + 1:(k - 1)]) * t[k + 2:k]
  gap <- t[k] - t[3 * k]
  c(explained, gap - sum(explained), gap)
}
J <- numeric_slope(parts, theta)
se <- sqrt(diag(J %*% V %*% t(J)))
names <- c(colnames(X)[-1], "unexplained", "gap")
cat("{", paste(sprintf('"%s": [%.10g, %.10g]', names, parts(theta), se), collapse = ",\n "), "}\n")
