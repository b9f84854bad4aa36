# Nearest neighbour matching entry after entry, by MatchIt on the rows of each entry:
#   Rscript lalonde_entries.R
# With MatchIt 4.5.1, which overlooks calipers and, on a bare score, whoever is nearest:
# told the score as a covariate too, it finds the nearest.
# Participants begin at one of three entries; comparison students are offered at each,
# older and with other earnings every time, and are gone once they were taken.
library(MatchIt)

all <- read.csv("lalonde.csv")
set.seed(20250901)
treated <- all[sort(sample(which(all$treat == 1), 60)), ]
comparison <- all[sort(sample(which(all$treat == 0), 150)), ]
treated$entry <- sample(c("2025-09-08", "2025-10-06", "2026-01-12"), 60, TRUE)
at <- function(day, years) {
  later <- transform(comparison, entry = day, age = age + years)
  later$re75 <- round(later$re75 * runif(150, .5, 1.5), 2)
  later
}
d <- rbind(treated, at("2025-09-08", 0), at("2025-10-06", 1), at("2026-01-12", 2))
d <- d[c("unit_id", "treat", "entry", "age", "educ", "married", "re74", "re75", "re78")]
d$score <- fitted(glm(treat ~ age + educ + married + re74 + re75, binomial, d,
                      control = glm.control(epsilon = 1e-14)))

by_entry <- function(order) {
  taken <- character()
  pairs <- NULL
  for (day in sort(unique(d$entry))) {
    left <- d[d$entry == day & (d$treat == 1 | !d$unit_id %in% taken), ]
    rownames(left) <- left$unit_id
    m <- matchit(treat ~ age, left, distance = left$score, mahvars = ~ score,
                 m.order = order)
    one <- rownames(m$match.matrix)
    other <- m$match.matrix[, 1]
    found <- data.frame(order, entry = day, unit = one, match = unname(other))
    pairs <- rbind(pairs, found[!is.na(other), ])
    taken <- c(taken, other)
  }
  pairs
}
write.csv(d, "lalonde_entries.csv", row.names = FALSE)
write.csv(rbind(by_entry("largest"), by_entry("smallest")), "lalonde_entries_pairs.csv",
          row.names = FALSE, quote = FALSE)
