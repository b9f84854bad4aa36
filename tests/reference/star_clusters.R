# Two-level matching on Project STAR, by MatchIt and brute force: R 4.2.2, MatchIt 4.5.1.
# Usage, in this folder: Rscript star_clusters.R
# Of the first 14 kindergarten schools, every other one up to the sixth gives its small
# classes, the rest their larger ones, as if whole schools had taken part.
suppressMessages(library(MatchIt))
d <- read.csv("star.csv")
d <- d[!is.na(d$stark), ]
sd0 <- sd(d$readk[d$stark != "small"], na.rm = TRUE)
known <- c("readk", "mathk", "gender", "ethnicity", "birth", "lunchk", "schoolidk")
d <- d[complete.cases(d[known]) & !apply(d[known] == "", 1, any), ]
d$small <- as.numeric(d$stark == "small")
d$is_afam <- d$ethnicity == "afam"
schools <- sort(unique(d$schoolidk))[1:14]
program <- schools[seq(1, 11, 2)]
d <- d[d$schoolidk %in% schools & (d$schoolidk %in% program) == (d$small == 1), ]

# First the schools: as many of each make-up, every way to pair them tried.
one <- split(d, d$schoolidk)
k <- data.frame(
  school = as.integer(names(one)),
  small = sapply(one, function(s) s$small[1]),
  birth = sapply(one, function(s) mean(s$birth)),
  male = sapply(one, function(s) mean(s$gender == "male")),
  afam = sapply(one, function(s) mean(s$is_afam)),
  poor = sapply(one, function(s) mean(s$lunchk == "non-free")),
  size = sapply(one, nrow)
)
apart <- scaled_euclidean_dist(small ~ birth + male + afam + poor + size, data = k)
t <- which(k$small == 1); o <- which(k$small == 0)
apart <- apart / sqrt(5)  # the mean of five squares for their sum
best <- Inf; partners <- integer()
try_all <- function(row, free, sofar, chosen) {
  if (sofar >= best) return(invisible())
  if (row > length(t)) { best <<- sofar; partners <<- chosen; return(invisible()) }
  for (j in free) try_all(row + 1, setdiff(free, j), sofar + apart[row, j], c(chosen, j))
}
try_all(1, seq_along(o), 0, integer())
k$set <- 0; k$set[t] <- seq_along(t); k$set[o[partners]] <- seq_along(t)
k$distance <- NA; k$distance[o[partners]] <- apart[cbind(seq_along(t), partners)]
greedy <- matchit(small ~ birth + male + afam + poor + size, data = k,
                  distance = "scaled_euclidean", m.order = "data")
greedy <- sum(apart[cbind(seq_along(t), match(as.integer(greedy$match.matrix),
                                              as.integer(rownames(k)[o])))])

# Then the students, equal in everything inside a set of schools.
d$set <- k$set[match(d$schoolidk, k$school)]
d <- d[d$set > 0, ]
m <- matchit(small ~ set + gender + is_afam + lunchk, data = d, method = "exact")
md <- match.data(m)
fit <- lm(readk ~ small, md, weights = weights)
X <- model.matrix(fit); bread <- solve(t(X) %*% (X * md$weights))
U <- rowsum(X * md$weights * (md$readk - drop(X %*% coef(fit))), md$schoolidk)
G <- nrow(U); n <- nrow(X)
cr1 <- sqrt((bread %*% crossprod(U) %*% bread)[2, 2] * G / (G - 1) * (n - 1) / (n - 2))
write.csv(k, "star_clusters.csv", row.names = FALSE)
write.csv(data.frame(
  what = c("total_distance", "greedy_distance", "matched_treated", "matched_comparison",
           "estimate_sd", "cr1_sd"),
  value = c(best, greedy, sum(md$small), sum(1 - md$small), coef(fit)[2] / sd0, cr1 / sd0)
), "star_clusters_oracles.csv", row.names = FALSE)
