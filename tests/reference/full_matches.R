# Full matches on lalonde.csv: the cheapest links that leave out nobody, by linear programming,
# and what their sets say of participants (ATT), comparison students (ATC) and everyone (ATE).
# Usage: Rscript full_matches.R LALONDE.CSV OUTDIR
# Needs MatchIt (4.5.1 was used, for weights from subclasses) and lpSolve (5.6.18: every vertex of
# this polytope is whole, so the programme finds the sets themselves). Mahalanobis distances are
# written out as MatchIt 4.7.2 has them: the covariance without group means, over n - 1.
suppressMessages({library(MatchIt); library(lpSolve)})
args <- commandArgs(TRUE)
d <- read.csv(args[1], check.names = FALSE)
f <- treat ~ age + educ + re74 + re75
some <- d[d$re74 > 0 & d$re75 > 0, ]  # who earned in both years: few are alike
figures <- list(); members <- list()
say <- function(spec, what, value) {
  figures[[length(figures) + 1]] <<- data.frame(spec = spec, what = what, value = value)
}

# The links (rows i of participants, j of others) that cost least and cover all with a partner.
links <- function(cost) {
  pairs <- which(is.finite(cost), arr.ind = TRUE)
  m <- nrow(pairs)
  ends <- c(pairs[, 1], nrow(cost) + pairs[, 2])
  id <- match(ends, sort(unique(ends)))
  found <- lp("min", cost[pairs], const.dir = rep(">=", max(id)), const.rhs = rep(1, max(id)),
              dense.const = cbind(id, rep(seq_len(m), 2), 1))
  stopifnot(found$status == 0, all(abs(found$solution - round(found$solution)) < 1e-9))
  list(total = found$objval, pairs = pairs[found$solution > .5, , drop = FALSE])
}

hc3 <- function(fit) {
  A <- model.matrix(fit); w <- weights(fit); B <- solve(crossprod(A * sqrt(w)))
  e <- residuals(fit) / (1 - w * rowSums((A %*% B) * A))
  sqrt((B %*% crossprod(A * (w * e)) %*% B)["t", "t"])
}
worth <- function(w) sum(w)^2 / sum(w^2)

told <- function(spec, d, cost) {
  t <- d$treat; treated <- which(t == 1); others <- which(t == 0)
  best <- links(cost)
  say(spec, "total_distance", best$total)
  set <- seq_len(nrow(d)); one <- treated[best$pairs[, 1]]; two <- others[best$pairs[, 2]]
  repeat {  # the least number that can be reached along links
    before <- set
    for (k in seq_along(one)) set[c(one[k], two[k])] <- min(set[c(one[k], two[k])])
    if (identical(before, set)) break
  }
  set[-c(one, two)] <- NA
  say(spec, "sets", length(unique(na.omit(set))))
  rows <- data.frame(spec = spec, unit_id = d$unit_id, set = set)
  for (estimand in c("ATT", "ATC", "ATE")) {
    w <- MatchIt:::weights.subclass(setNames(set, d$unit_id), setNames(t, d$unit_id), estimand)
    rows[[estimand]] <- signif(w, 12)
    on <- w > 0; s <- d[on, ]; s$t <- s$treat; ws <- w[on]
    say(spec, paste(estimand, "ess_treated"), worth(ws[s$t == 1]))
    say(spec, paste(estimand, "ess_comparison"), worth(ws[s$t == 0]))
    fit <- lm(re78 ~ t, s, weights = ws)
    say(spec, paste(estimand, "difference"), coef(fit)[["t"]])
    say(spec, paste(estimand, "difference HC3"), hc3(fit))
    X <- as.matrix(s[c("age", "educ", "re74", "re75")])
    to <- switch(estimand, ATT = s$t == 1, ATC = s$t == 0, ATE = s$t == s$t)
    C <- sweep(X, 2, colMeans(X[to, ]))
    fit <- lm(re78 ~ t * C, s, weights = ws)
    say(spec, paste(estimand, "g_computation"), coef(fit)[["t"]])
    say(spec, paste(estimand, "g_computation HC3"), hc3(fit))
  }
  members[[spec]] <<- rows
}

X <- as.matrix(some[c("age", "educ", "re74", "re75")])
means <- apply(X, 2, function(x) ave(x, some$treat))
roots <- X %*% solve(chol(cov(X - means)))
apart <- as.matrix(dist(roots))[some$treat == 1, some$treat == 0]
told("all", some, apart)
by <- function(x) outer(x[some$treat == 1], x[some$treat == 0], "-")
told("exact_married", some, ifelse(by(some$married) == 0, apart, Inf))
told("age_within_3", some, ifelse(abs(by(some$age)) <= 3, apart, Inf))

# On a score many ways cost the same, so only what the best costs is told.
for (spec in c("some", "everyone")) {
  s <- if (spec == "some") some else d
  e <- fitted(glm(f, binomial, s, control = list(epsilon = 1e-14, maxit = 100)))
  say(paste0("score_", spec), "total_distance",
      links(abs(outer(e[s$treat == 1], e[s$treat == 0], "-")))$total)
}

figures <- do.call(rbind, figures)
figures$value <- signif(figures$value, 15)
write.csv(figures, file.path(args[2], "full_matches_oracles.csv"), row.names = FALSE)
write.csv(do.call(rbind, members), file.path(args[2], "full_matches.csv"), row.names = FALSE)
