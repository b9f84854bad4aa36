# MatchIt's half: the table of benchmarks/matchit.py in, processor seconds as JSON out.
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
suppressPackageStartupMessages(library(MatchIt))
plan <- treated ~ x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7
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
            used[["user.self"]] + used[["sys.self"]],
            max(all, peak()), peak() - before))
