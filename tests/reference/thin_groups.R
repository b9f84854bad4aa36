# How sure lm is of what a group's participants would have been without the program, on
# the pairs of `nn_ps`: an oracle for groups too small for their model. Base R 4.2.2:
#   Rscript tests/reference/thin_groups.R > tests/reference/thin_groups.csv
# worth = (residual SD / SE of the mean prediction)^2, in students of the comparison arm.
d <- read.csv("tests/reference/lalonde.csv")
pairs <- subset(read.csv("tests/reference/lalonde_pairs.csv"), spec == "nn_ps")
d <- d[d$unit_id %in% c(pairs$treated, pairs$control), ]
d$hispan <- d$race == "hispan"
d$white <- d$race == "white"
covariates <- c("age", "educ", "hispan", "white", "married", "nodegree", "re74", "re75")
d$group <- paste0("educ=", d$educ)
d$cross <- paste0("race*married=", d$race, "*", d$married)
cat("group,n_treated,n_comparison,worth,estimate\n")
for (by in c("group", "cross")) for (g in sort(unique(d[[by]]))) {
  part <- d[d[[by]] == g, ]
  one <- part[part$treat == 1, ]
  others <- part[part$treat == 0, ]
  if (nrow(one) == 0 || nrow(others) == 0) next
  # What does not vary among all of the group says nothing in it.
  varies <- sapply(part[covariates], function(v) length(unique(v)) > 1)
  x <- cbind(1, as.matrix(part[covariates[varies]]) + 0)
  q <- qr(x[part$treat == 0, , drop = FALSE])
  if (q$rank < ncol(x) || nrow(others) <= ncol(x)) next  # R drops other columns than we do
  fit <- lm.fit(x[part$treat == 0, , drop = FALSE], others$re78)
  at <- colMeans(x[part$treat == 1, , drop = FALSE])
  worth <- 1 / drop(t(at) %*% chol2inv(qr.R(q)) %*% at)
  cat(sprintf("%s,%d,%d,%.10g,%.10g\n", g, nrow(one), nrow(others), worth,
              mean(one$re78) - sum(at * fit$coefficients)))
}
