# Every draw of 5 clusters of lalonde with replacement: Rscript bootstrap.R, in this folder.
d <- read.csv("lalonde.csv")
d$cluster <- (seq_len(nrow(d)) - 1) %% 5
parts <- split(d, d$cluster)
difference <- function(s) coef(lm(re78 ~ treat, s))[["treat"]]
g_computation <- function(s) {
  x <- scale(s[c("age", "educ")], colMeans(s[s$treat == 1, c("age", "educ")]), FALSE)
  coef(lm(s$re78 ~ s$treat * x))[["s$treat"]]
}
draws <- as.matrix(expand.grid(rep(list(1:5), 5)))
sd_of <- function(estimate) {
  found <- apply(draws, 1, function(rows) estimate(do.call(rbind, parts[rows])))
  sqrt(mean((found - mean(found))^2))
}
cat(sprintf('{"draws": %d, "difference": %.10f, "g_computation": %.10f}\n', nrow(draws),
            sd_of(difference), sd_of(g_computation)), file = "bootstrap.json")
