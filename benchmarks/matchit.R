# MatchIt's half: the table of benchmarks/matchit.py in, seconds of the clock as JSON out.
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
suppressPackageStartupMessages(library(MatchIt))
facts <- setdiff(names(d), c("student", "treated", "school", "grade", "outcome"))
plan <- reformulate(facts, "treated")
peak <- function() {
  line <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}
invisible(gc())
all <- peak()
writeLines("5", "/proc/self/clear_refs")  # from here on: above the table
before <- peak()
start <- proc.time()
m <- switch(arguments[2],
  score = matchit(plan, d, method = "nearest", distance = "glm",
                  link = "linear.logit", caliper = 0.2),
  cells = matchit(plan, d, method = "nearest", distance = "glm",
                  link = "linear.logit", caliper = 0.2, exact = ~ school + grade),
  mahalanobis = matchit(plan, d, method = "nearest", distance = "mahalanobis"))
balance <- summary(m)
used <- proc.time() - start
cat(sprintf('{"seconds": %f, "peak_mb": %f, "above_mb": %f}\n',
            used[["elapsed"]],
            max(all, peak()), peak() - before))
