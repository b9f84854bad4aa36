# The error of AIPW's effect on participants by leaving out one cluster at a time, for
# tests/engine/test_aipw_jackknife.py: clusters by schooling, refits by glm and lm.
# R 4.2.2, base only. Run beside lalonde.csv: Rscript aipw_jackknife.R > aipw_jackknife.json
d <- read.csv("lalonde.csv")
aipw <- function(d) {
  tight <- glm.control(epsilon = 1e-15, maxit = 100)
  e <- fitted(glm(treat ~ age + married + nodegree + re74 + re75, binomial, d, control = tight))
  m <- lm(re78 ~ age + married + nodegree + re74 + re75, d, subset = treat == 0)
  r <- d$re78 - predict(m, d)
  sum(ifelse(d$treat == 1, 1, -e / (1 - e)) * r) / sum(d$treat)
}
clusters <- sort(unique(d$educ)); G <- length(clusters)
whole <- aipw(d)
without <- sapply(clusters, function(g) aipw(d[d$educ != g, ]))
se <- sqrt((G - 1) / G * sum((without - whole)^2))
cat(sprintf('{"aipw_att": %.12g, "jackknife_se": %.12g, "clusters": %d}\n', whole, se, G))
