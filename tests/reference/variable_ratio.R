# Variable ratio matching (min.controls, max.controls) on lalonde.csv.
# Usage: Rscript variable_ratio.R LALONDE.CSV OUTDIR
# MatchIt 4.5.1 finds the nearest only when told the score as a covariate too, and overlooks
# calipers; so there are none.
suppressMessages(library(MatchIt))
args <- commandArgs(TRUE)
d <- read.csv(args[1], check.names = FALSE)
rownames(d) <- d$unit_id
f <- treat ~ age + educ + race + married + nodegree + re74 + re75
specs <- list(
  r2_1_4 = list(ratio = 2, min.controls = 1, max.controls = 4),
  r2_1_3_smallest = list(ratio = 2, min.controls = 1, max.controls = 3, m.order = "smallest"),
  r2_1_4_married = list(ratio = 2, min.controls = 1, max.controls = 4, exact = ~ married),
  r3_2_6_few = list(ratio = 3, min.controls = 2, max.controls = 6, few = TRUE),
  r2_1_4_atc = list(ratio = 2, min.controls = 1, max.controls = 4, estimand = "ATC", few = TRUE)
)
figures <- list(); weights <- list()
for (spec in names(specs)) {
  keys <- specs[[spec]]
  atc <- identical(keys$estimand, "ATC")
  # Fewer who seek, so that there are enough for all.
  s <- if (!is.null(keys$few)) {
    d[if (atc) d$treat == 1 | seq_len(nrow(d)) %% 6 == 0 else
      d$treat == 0 | seq_len(nrow(d)) %% 2 == 0, ]
  } else d
  keys$few <- NULL
  s$score <- fitted(glm(f, binomial, s, control = list(epsilon = 1e-14, maxit = 100)))
  m <- suppressWarnings(do.call(matchit, c(list(
    f, s, method = "nearest", distance = s$score, mahvars = ~ score), keys)))
  mm <- m$match.matrix
  counts <- table(factor(rowSums(!is.na(mm)), 0:6))
  sought <- as.vector(mm)
  far <- abs(s[rep(rownames(mm), ncol(mm)), "score"] - s[sought, "score"])
  on <- m$weights > 0
  y <- tapply(m$weights[on] * s$re78[on], s$treat[on], sum) / tapply(m$weights[on], s$treat[on], sum)
  say <- c(setNames(counts, paste0("sets_of_", names(counts))), n = nrow(s),
           pairs = sum(!is.na(sought)), total = sum(far, na.rm = TRUE),
           difference = y[["1"]] - y[["0"]])
  figures[[spec]] <- data.frame(spec = spec, what = names(say), value = say)
  w <- m$weights[on]
  weights[[spec]] <- data.frame(spec = spec, unit_id = names(w), weight = w)
}
write.csv(format(do.call(rbind, figures), digits = 15, trim = TRUE),
          file.path(args[2], "variable_ratio_oracles.csv"), row.names = FALSE, quote = FALSE)
write.csv(format(do.call(rbind, weights), digits = 12, trim = TRUE),
          file.path(args[2], "variable_ratio_weights.csv"), row.names = FALSE, quote = FALSE)
