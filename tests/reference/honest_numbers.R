# Figures for tests/engine: exact intervals of shares, CR3 with Satterthwaite's degrees
# of freedom, a difference in differences, an intraclass correlation and a gap in shares.
# R 4.2.2, base only. Run beside lalonde.csv: Rscript honest_numbers.R > honest_numbers.json
d <- read.csv("lalonde.csv")
num <- function(x) sprintf("%.15g", x)
item <- function(name, x) sprintf('  "%s": [%s]', name, paste(num(x), collapse = ", "))
out <- character()
say <- function(name, x) out <<- c(out, item(name, x))

# Clopper and Pearson at 97.5%: k of n.
for (k in c(0, 1, 12)) say(sprintf("share_%d_of_12", k),
                           binom.test(k, 12, conf.level = .975)$conf.int)
say("share_0_of_28", binom.test(0, 28, conf.level = .975)$conf.int)

# CR3 of a weighted regression with clusters, by refits; its degrees of freedom by the
# moments of the quadratic form under equal independent errors (Bell and McCaffrey 2002).
d$w <- 1 + d$age %% 3
g <- d$educ
X <- cbind(1, d$treat, d$age, d$re75 / 1000); y <- d$re78
W <- diag(d$w)
beta <- function(keep) solve(t(X[keep, ]) %*% W[keep, keep] %*% X[keep, ],
                             t(X[keep, ]) %*% W[keep, keep] %*% y[keep])
whole <- beta(rep(TRUE, nrow(d)))
clusters <- sort(unique(g)); G <- length(clusters)
falls <- sapply(clusters, function(c) beta(g != c)[2] - whole[2])
H <- X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W
M <- diag(nrow(d)) - H
# The part of cluster c is a linear form in the errors: leaving it out moves the estimate
# by a_c'(residuals of c), a_c = W_c X_c (X'WX without c)^-1 e_2.
forms <- sapply(clusters, function(c) {
  left <- t(X[g != c, ]) %*% W[g != c, g != c] %*% X[g != c, ]
  a <- numeric(nrow(d))
  a[g == c] <- W[g == c, g == c] %*% X[g == c, ] %*% solve(left)[, 2]
  t(M) %*% a
})
P <- crossprod(forms)
say("cr3_se_df", c(sqrt((G - 1) / G * sum(falls^2)), sum(diag(P))^2 / sum(P^2)))

# Difference in differences in SDs: each measure on its own pooled SD.
t <- d$treat == 1; nt <- sum(t); nc <- sum(!t); omega <- 1 - 3 / (4 * (nt + nc) - 9)
pooled <- function(v) sqrt(((nt - 1) * var(v[t]) + (nc - 1) * var(v[!t])) / (nt + nc - 2))
gs <- sapply(c("re78", "re75"), function(v) omega * (mean(d[t, v]) - mean(d[!t, v])) / pooled(d[, v]))
within <- function(v) v - ave(v, t)
say("did_g_post_g_pre_g_r", c(gs, gs[1] - gs[2], cor(within(d$re78), within(d$re75))))
z <- d$re78 / pooled(d$re78) - d$re75 / pooled(d$re75)
m <- lm(z ~ t); h <- hatvalues(m); x <- model.matrix(m)
bread <- solve(crossprod(x))
V <- bread %*% crossprod(x * (resid(m) / (1 - h))) %*% bread
say("did_estimate_hc3", c(coef(m)[2], sqrt(V[2, 2])))

# Intraclass correlation of re78 within arms, clusters by educ.
e <- within(d$re78)
a <- anova(lm(e ~ factor(g)))
n <- table(g); typical <- (sum(n) - sum(n^2) / sum(n)) / (G - 1)
ms <- a[["Mean Sq"]]
say("icc_within_arms", (ms[1] - ms[2]) / (ms[1] + (typical - 1) * ms[2]))

# The same where each cluster (educ within treat) is in one arm.
nested <- interaction(g, d$treat, drop = TRUE)
a <- anova(lm(re78 ~ factor(treat) + nested, d))
n <- table(nested); arm <- tapply(d$treat, nested, mean)
typical <- (sum(n) - sum(n^2 / ifelse(arm == 1, nt, nc))) / (length(n) - 2)
ms <- a[["Mean Sq"]][2:3]
say("icc_of_arms_apart", (ms[1] - ms[2]) / (ms[1] + (typical - 1) * ms[2]))

# Share at or above 5,000 by nodegree: reference minus focal, as delivered, and as a
# regression of comparison students on age and re75 predicts for participants.
d$meets <- as.numeric(d$re78 >= 5000)
gap <- sapply(0:1, function(n) {
  p <- d[t & d$nodegree == n, ]; c <- d[!t & d$nodegree == n, ]
  c(mean(p$meets), mean(predict(lm(meets ~ age + re75, c), p)))
})
say("share_gap_delivered_without", gap[, 1] - gap[, 2])
cat("{\n", paste(out, collapse = ",\n"), "\n}\n", sep = "")
