# HC3 and its degrees of freedom after Bell and McCaffrey (2002), written out in base R:
# tr(S)^2 / tr(S^2), S the covariance of what each student adds to the estimate when all
# errors have one variance. Run beside lalonde.csv: Rscript small_arms.R
d <- read.csv("lalonde.csv")
error <- function(x, y, w, column) {
  m <- solve(t(x) %*% (w * x))
  residual <- drop(y - x %*% (m %*% (t(x) %*% (w * y))))
  own <- w * drop(x %*% m[, column]) / (1 - w * rowSums((x %*% m) * x))
  left <- diag(nrow(x)) - x %*% m %*% t(w * x)
  s <- (own * left) %*% t(own * left)
  c(sqrt(sum((own * residual)^2)), sum(diag(s))^2 / sum(s^2))
}
row <- function(name, found) sprintf("%s,%.12g,%.12g", name, found[1], found[2])
some <- d[c(which(d$treat == 1)[1:3], which(d$treat == 0)[1:40]), ]
lines <- row("3 and 40", error(cbind(1, some$treat), some$re78, rep(1, 43), 2))
x <- scale(d[, c("age", "educ", "re74")], colMeans(d[d$treat == 1, c("age", "educ", "re74")]), FALSE)
x <- cbind(1, d$treat, x, x * d$treat)
lines <- c(lines, row("everyone", error(x, d$re78, rep(1, nrow(d)), 2)))
w <- ifelse(d$treat == 1, 1, d$educ / 4)
lines <- c(lines, row("weighted", error(x, d$re78, w, 2)))
writeLines(c("case,std_error,df", lines), "small_arms.csv")
