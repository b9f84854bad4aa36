# Figures for tests/engine/test_interaction.py: that the effects of k groups are equal, by
# CR2 and CR3 with the degrees of freedom of Tipton and Pustejovsky (2015), eq. HTZ, as
# clubSandwich's Wald_test(test = "HTZ") has them. Matrices of all students, nothing shared
# with the engine. R 4.2.2, base only. Run beside lalonde.csv:
# Rscript interactions.R > interactions.json
d <- read.csv("lalonde.csv")
w <- 1 + d$age %% 3
cluster <- d$educ
age <- d$age - 25
own <- cbind(1, d$treat, age, d$treat * age)
labels <- c("black", "hispan", "white")
X <- do.call(cbind, lapply(labels, function(g) own * (d$race == g)))
n <- nrow(X); k <- ncol(X); W <- diag(w); G <- length(unique(cluster))
M <- solve(t(X) %*% W %*% X)
e <- diag(n) - X %*% M %*% t(X) %*% W                       # I - H
r <- as.vector(e %*% d$re78)
against <- function(groups) {                               # each but the first, less the first
  at <- 4 * (match(groups, labels) - 1) + 2
  C <- matrix(0, length(at) - 1, k)
  for (i in seq_along(at[-1])) { C[i, at[i + 1]] <- 1; C[i, at[1]] <- -1 }
  C
}
root <- function(S, power) {
  v <- eigen(S, symmetric = TRUE)
  v$vectors %*% diag(ifelse(v$values > 1e-10, v$values^power, 0), nrow(S)) %*% t(v$vectors)
}
pull <- list(                                               # cluster x contrast, per student
  cr2 = function(rows, C) {
    A <- root((e %*% t(e))[rows, rows, drop = FALSE], -1 / 2)
    A %*% W[rows, rows] %*% X[rows, , drop = FALSE] %*% M %*% t(C)
  },
  cr3 = function(rows, C) {
    left <- t(X[-rows, ]) %*% W[-rows, -rows] %*% X[-rows, ]
    W[rows, rows] %*% X[rows, , drop = FALSE] %*% solve(left) %*% t(C)
  })
test <- function(kind, groups, factor) {
  C <- against(groups); q <- nrow(C)
  T <- lapply(sort(unique(cluster)), function(g) {
    rows <- which(cluster == g)
    t(e[rows, , drop = FALSE]) %*% pull[[kind]](rows, C)     # n x q: the form in the errors
  })
  S <- sapply(sort(unique(cluster)), function(g) {
    rows <- which(cluster == g); t(pull[[kind]](rows, C)) %*% r[rows]
  })
  V <- factor * matrix(S, q) %*% t(matrix(S, q))
  expected <- Reduce(`+`, lapply(T, crossprod))
  N <- root(expected, -1 / 2)
  T <- lapply(T, function(t) t %*% N)
  spread <- 0
  for (g in T) for (h in T) {
    P <- t(g) %*% h
    spread <- spread + sum(diag(P))^2 + sum(diag(P %*% P))
  }
  v <- q * (q + 1) / spread
  b <- C %*% M %*% t(X) %*% W %*% d$re78
  Q <- t(b) %*% solve(V) %*% b
  statistic <- (v - q + 1) / (q * v) * Q
  c(statistic, q, v - q + 1, pf(statistic, q, v - q + 1, lower.tail = FALSE))
}
cases <- list(two = c("black", "white"), three = labels)
out <- character()
for (name in names(cases)) for (kind in names(pull)) {
  f <- test(kind, cases[[name]], if (kind == "cr3") (G - 1) / G else 1)
  out <- c(out, sprintf('  "%s_%s": [%s]', kind, name, paste(sprintf("%.15g", f), collapse = ", ")))
}
cat("{\n", paste(out, collapse = ",\n"), "\n}\n", sep = "")
