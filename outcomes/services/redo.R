# Matches and estimates again what report.json says, in the folder of the bundle:
#   Rscript redo.R
# It ends with status 1 when R's figures differ from the report's.
library(MatchIt)

read <- function(file) {{
  read.csv(file, colClasses = "character", na.strings = c("", "NA", "NaN"),
           check.names = FALSE)
}}
d <- read("all.csv")
numeric <- {numeric}
covariates <- {covariates}
treatment <- {treatment}
cluster <- {cluster}
estimand <- {estimand}
for (name in numeric) d[[name]] <- as.numeric(d[[name]])
rownames(d) <- d$code

# Levels of fewer students than the design allows are one, with the next smallest
# while they are still too few.
joined <- function(v) {{
  if (all(is.na(v))) return(v)
  counts <- table(v)
  counts <- counts[order(as.vector(counts), names(counts), method = "radix")]
  before <- cumsum(counts) - counts
  is_few <- counts < {level_minimum} | (before > 0 & before < {level_minimum})
  v[v %in% names(counts)[cumprod(is_few) == 1]] <- "(rare)"
  v
}}

# Covariates as numbers: words become levels, a hole a constant and a flag.
prepared <- function(name) {{
  v <- d[[name]]
  gone <- is.na(v)
  if (name %in% numeric) {{
    v[gone] <- mean(v, na.rm = TRUE)
    made <- cbind(v, as.numeric(gone))
    colnames(made) <- paste0(name, c("", "=(missing)"))
  }} else {{
    v <- joined(v)
    v[gone] <- "(missing)"
    levels <- sort(unique(v))
    made <- sapply(levels, function(level) as.numeric(v == level))
    colnames(made) <- paste0(name, "=", levels)
    made <- made[, -1, drop = FALSE]
  }}
  made[, apply(made, 2, function(column) min(column) < max(column)), drop = FALSE]
}}
x <- do.call(cbind, c(list(matrix(0, nrow(d), 0)), lapply(covariates, prepared)))

# What makes students alike: the columns of x in d, and words that must be equal.
label <- function(names) sprintf(".x%d", match(names, colnames(x)))
if (ncol(x)) d[label(colnames(x))] <- x
pool <- d  # where nobody is equal to, or near, who lacks the value
for (name in {exact}) {{
  gone <- is.na(pool[[name]])
  pool[gone, name] <- paste("(missing)", d[gone, treatment])  # in each arm
}}
cells <- {cells}
for (i in seq_along(cells)) pool[[paste0(".cell", i)]] <- factor(pool[[cells[i]]])
terms <- c(label(colnames(x)), if (length(cells)) paste0(".cell", seq_along(cells)))
alike <- reformulate(if (length(terms)) terms else "1", as.name(treatment))

# --- The match.
matched <- read("matched.csv")
matched$weight <- as.numeric(matched$weight)
cat({remark}, "\n")
# MatchIt 4.5.1 to 4.5.3 overlook calipers, and on a bare score whoever is nearest;
# told the score as a covariate too, they find the nearest.
version <- packageVersion("MatchIt")
is_early <- version >= "4.5.1" && version <= "4.5.3"
ignored <- is_early && {ignores_caliper}
score <- function(type) predict(suppressWarnings(glm(alike, binomial, pool)), type = type)
pool$.score <- score({scale})
near <- {near}  # beside the distance, with names that MatchIt can read
sds <- numeric(length(near))  # of everybody, discarded or not
for (i in seq_along(near)) {{
  v <- switch(near[i], propensity = score("response"), logit = score("link"), d[[near[i]]])
  sds[i] <- sd(v, na.rm = TRUE)
  v[is.na(v)] <- 1e12 * seq_len(sum(is.na(v)))
  pool[[paste0(".near", i)]] <- v
}}
nearest_by <- if (is_early) ~ .score
ours <- setNames(rep(0, nrow(d)), d$code)
sums <- tapply(matched$weight, matched$code, sum)
ours[names(sums)] <- sums
m <- if (ignored) NULL else tryCatch({call}, error = function(e) {{
  cat("no match in R:", conditionMessage(e), "\n")
}})
if (!is.null(m)) {{
  cat("students with a weight here:", sum(ours > 0), " in R:", sum(m$weights > 0), "\n")
  cat("largest difference of a weight:", max(abs(m$weights - ours)), "\n")
}}

# --- The effects, from the sets of matched.csv.
target <- function(treated) {{
  switch(estimand, ATT = treated, ATC = !treated, ATE = treated | !treated)
}}

# A row for each student, or for each set of each student.
analytic <- function(outcome, by_set) {{
  gone <- is.na(d[matched$code, outcome])
  if ({drops}) gone <- matched$set %in% matched$set[gone]  # broken sets go whole
  s <- matched[!gone, ]
  treated <- d[s$code, treatment] == 1
  both <- tapply(treated, s$set, function(t) any(t) && !all(t))
  s <- s[both[s$set], ]
  treated <- d[s$code, treatment] == 1
  size <- tapply(target(treated), s$set, sum)
  arm <- paste(s$set, treated)
  total <- tapply(s$weight, arm, sum)
  is_own <- target(treated) & estimand != "ATE"
  raw <- ifelse(is_own, 1, s$weight / total[arm] * size[s$set])
  s$weight <- raw
  for (turned in list(treated & !is_own, !treated & !is_own)) if (any(turned)) {{
    n <- length(unique(s$code[turned]))
    s$weight[turned] <- raw[turned] * n / sum(raw[turned])
  }}
  if (by_set) return(s)
  w <- tapply(s$weight, s$code, sum)
  list(code = names(w), weight = as.vector(w), set = s$set[match(names(w), s$code)])
}}

error <- function(fit, by = NULL) {{
  kept <- !is.na(coef(fit))
  X <- model.matrix(fit)[, kept, drop = FALSE]
  w <- weights(fit)
  bread <- solve(crossprod(X * sqrt(w)))
  score <- X * (w * residuals(fit))
  if (is.null(by)) {{                                     # HC3
    left <- 1 - w * rowSums((X %*% bread) * X)
    left[left < 1e-9] <- Inf  # who alone decides a coefficient has no residual
    meat <- crossprod(score / left)
  }} else {{                                              # CR1
    g <- length(unique(by))
    meat <- crossprod(rowsum(score, by)) * g / (g - 1) * (nrow(X) - 1) / (nrow(X) - ncol(X))
  }}
  sqrt((bread %*% meat %*% bread)["t", "t"])
}}

again <- function(outcome, estimator, what) {{
  is_two_way <- startsWith(what, "CR1 by set and ")
  s <- analytic(outcome, is_two_way)
  y <- d[s$code, outcome]
  y <- y - mean(y)  # the same effect, and no digits lost to large numbers
  t <- as.numeric(d[s$code, treatment] == 1)
  w <- s$weight
  X <- x[match(s$code, d$code), , drop = FALSE]
  X <- sweep(X, 2, colMeans(X[target(t == 1), , drop = FALSE]))
  adjusts <- estimator == "g_computation" && ncol(X) > 0
  fit <- if (adjusts) lm(y ~ t * X, weights = w) else lm(y ~ t, weights = w)
  if (what == "estimate") return(unname(coef(fit)["t"]))
  if (what == "HC3") return(error(fit))
  if (what == "CR1 by set") return(error(fit, s$set))
  own <- if (is.null(cluster)) s$code else d[s$code, cluster]
  if (!is_two_way) return(error(fit, own))
  sqrt(error(fit, s$set)^2 + error(fit, own)^2 - error(fit, paste(s$set, own))^2)
}}

figures <- read.csv(text = {figures})
if (nrow(figures) == 0) {{
  cat("no effect can be computed by R alone\n")
  quit(status = 0)
}}
figures$r <- mapply(again, figures$outcome, figures$estimator, figures$what)
is_none <- figures$value == 0
figures$difference <- abs(figures$r - figures$value) / ifelse(is_none, 1, abs(figures$value))
print(figures, digits = 10, row.names = FALSE)
cat("largest relative difference of a figure:", max(figures$difference), "\n")
quit(status = as.numeric(max(figures$difference) > 1e-6))
