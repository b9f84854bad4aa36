# R's half of the propensity fit: n rows of an intercept, more columns and a 0/1 at the
# end, by columns, as doubles in a file; seconds of the clock as JSON out.
arguments <- commandArgs(TRUE)
n <- as.integer(arguments[2])
k <- as.integer(arguments[3])
table <- matrix(readBin(arguments[1], "double", n * (k + 1)), n)
d <- as.data.frame(table[, -1])
names(d) <- c(paste0("x", seq_len(k - 1)), "y")
rm(table)
start <- proc.time()
fit <- glm(y ~ ., binomial, d)
used <- proc.time() - start
line <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
cat(sprintf('{"seconds": %f, "peak_mb": %f, "beta": [%s]}\n', used[["elapsed"]],
            as.numeric(gsub("[^0-9]", "", line)) / 1024,
            paste(sprintf("%.17g", coef(fit)), collapse = ", ")))
