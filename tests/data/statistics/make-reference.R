#!/usr/bin/env Rscript
# Rscript make-reference.R > reference.tsv: what R says about the inputs that tests/unit/core/gate uses. See README.md.
# A line is a name, a tab, and numbers with fifteen digits.
suppressMessages({library(boot); library(mvtnorm); library(rpact)})

put <- function(name, values) {
    cat(name, "\t", paste(sprintf("%.15g", as.numeric(values)), collapse = " "), "\n", sep = "")
}

# --- One-sided tests and intervals on Student's sleep data: extra hours of the same ten patients under two drugs.
slept <- with(sleep, extra[group == 2] - extra[group == 1])
put("sleep", slept)
bound <- 0.8
above <- t.test(slept, mu = bound, alternative = "greater")
put("sleep.p_above_0.8", above$p.value)
put("sleep.score_above_0.8", qnorm(above$p.value, lower.tail = FALSE))
put("sleep.p_equivalence_0_2", max(t.test(slept, mu = 0, alternative = "greater")$p.value,
                                   t.test(slept, mu = 2, alternative = "less")$p.value))
put("sleep.t_interval_95", t.test(slept)$conf.int)

# --- Tails of Student's t, and the normal score of a t statistic.
t_values <- c(0.5, 3, 12, 40)
put("student.t", t_values)
put("student.upper_df4", pt(t_values, 4, lower.tail = FALSE))
put("student.score_df9", qnorm(pt(t_values, 9, lower.tail = FALSE, log.p = TRUE), lower.tail = FALSE, log.p = TRUE))
put("student.quantile_df19", qt(c(0.4, 0.025, 1e-5, 1e-10), 19, lower.tail = FALSE))

# --- Many p-values at once: those of table 1 of Benjamini and Hochberg 1995.
p_values <- c(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
              0.7590, 1.0000)
p_values <- p_values[c(7, 1, 15, 3, 9, 11, 2, 5, 13, 8, 4, 10, 6, 14, 12)]
put("many.p", p_values)
put("many.holm", p.adjust(p_values, "holm"))
put("many.bh", p.adjust(p_values, "BH"))

# --- Change point: the flow of the Nile at Aswan, 1871-1970, which fell in 1899 (Cobb 1978).
pettitt <- function(x) {
    n <- length(x)
    u <- 2 * cumsum(rank(x)) - seq_len(n) * (n + 1)  # the rank form of the statistic
    k <- max(abs(u[-n]))
    c(which.max(abs(u[-n])), k, min(1, 2 * exp(-6 * k^2 / (n^3 + n^2))))
}
put("nile", Nile)
put("nile.pettitt", pettitt(as.numeric(Nile)))

# --- BCa: the mean of a skewed sample, with boot's own replicates.
set.seed(20)
skewed <- round(exp(qnorm(ppoints(12))), 7)  # so that no replicate equals the mean
booted <- boot(skewed, function(x, i) mean(x[i]), R = 499)
influence <- empinf(booted, type = "jack")
put("bca.values", skewed)
put("bca.replicates", sort(booted$t[, 1]))
put("bca.influence", influence)
put("bca.interval_95", boot.ci(booted, conf = 0.95, type = "bca", L = influence)$bca[4:5])
put("bca.interval_90", boot.ci(booted, conf = 0.90, type = "bca", L = influence)$bca[4:5])
# With so many replicates that chance moves the third digit only.
set.seed(21)
many <- boot(skewed, function(x, i) mean(x[i]), R = 200000)
expanded <- 2 * pnorm(sqrt(12 / 11) * qt(0.975, 11)) - 1
put("bca.expanded_95", boot.ci(many, conf = expanded, type = "bca", L = influence)$bca[4:5])

# --- O'Brien-Fleming type spending: what is spent, and the boundaries.
equal <- c(0.25, 0.5, 0.75, 1)
doubling <- c(0.125, 0.25, 0.5, 1)
design <- function(fractions, alpha) {
    getDesignGroupSequential(typeOfDesign = "asOF", informationRates = fractions, alpha = alpha, sided = 1,
                             tolerance = 1e-10)
}
put("spent.doubling_0.025", design(doubling, 0.025)$alphaSpent)
put("boundaries.equal_0.025", design(equal, 0.025)$criticalValues)
put("boundaries.doubling_0.025", design(doubling, 0.025)$criticalValues)
put("boundaries.doubling_0.05", design(doubling, 0.05)$criticalValues)
put("boundaries.doubling_0.0125", design(doubling, 0.0125)$criticalValues)

# --- The stage-wise p-value of stopping at the k-th look with z.
stagewise <- function(k, z) {
    bounds <- design(doubling, 0.025)$criticalValues
    if (k == 1) return(pnorm(z, lower.tail = FALSE))
    upper <- c(bounds[seq_len(k - 1)], z)
    probabilities <- getGroupSequentialProbabilities(matrix(c(rep(-Inf, k), upper), nrow = 2, byrow = TRUE),
                                                     doubling[seq_len(k)])
    sum(probabilities[3, ] - probabilities[2, ])
}
stops <- list(c(1, 6.5), c(2, 4.5), c(2, 2), c(3, 3.1), c(3, -0.5), c(4, 2.5), c(4, 1), c(4, -1))
put("stagewise.look", sapply(stops, function(s) s[1]))
put("stagewise.z", sapply(stops, function(s) s[2]))
put("stagewise.p", sapply(stops, function(s) stagewise(s[1], s[2])))

# --- The forecast of the whole procedure. Every path through the continuation regions is a rectangle of a multivariate
# normal distribution: Miwa's exact algorithm, and no recursion.
forecast <- function(gain, deviation) {
    looks <- c(10, 20, 40, 80)
    blocks <- looks / 2
    fractions <- looks / 80
    critical <- function(alpha) {
        qt(pnorm(design(fractions, alpha)$criticalValues, lower.tail = FALSE), blocks - 1, lower.tail = FALSE)
    }
    error <- deviation / sqrt(blocks)
    low <- log(0.99) / error
    regress <- low - critical(0.025)
    promote <- log(1.02) / error + critical(0.025)
    inside <- cbind(low + critical(0.05), log(1.01) / error - critical(0.05))
    mean <- log(1 + gain) / error
    correlation <- outer(blocks, blocks, function(a, b) sqrt(pmin(a, b) / pmax(a, b)))
    rectangle <- function(regions) {
        k <- nrow(regions)
        if (any(regions[, 1] >= regions[, 2])) return(0)
        if (k == 1) return(diff(pnorm(regions[1, ] - mean[1])))
        as.numeric(pmvnorm(regions[, 1], regions[, 2], mean = mean[1:k], corr = correlation[1:k, 1:k],
                           algorithm = Miwa(steps = 4097)))
    }
    go_on <- function(k) {
        if (inside[k, 1] < inside[k, 2]) list(c(regress[k], inside[k, 1]), c(inside[k, 2], promote[k]))
        else list(c(regress[k], promote[k]))
    }
    paths <- list(matrix(numeric(0), ncol = 2))
    result <- c()
    for (k in 1:4) {
        at <- function(region) sum(sapply(paths, function(path) rectangle(rbind(path, region))))
        # Miwa's algorithm wants finite limits; 30 standard errors are as good as infinite.
        result <- c(result, at(c(promote[k], max(promote[k], mean[k]) + 30)),
                    at(c(min(regress[k], mean[k]) - 30, regress[k])), at(inside[k, ]))
        paths <- unlist(lapply(paths, function(path) lapply(go_on(k), function(region) rbind(path, region))),
                        recursive = FALSE)
    }
    result
}
put("forecast.gain_4_deviation_2", forecast(0.04, 0.02))
put("forecast.gain_0_deviation_1.5", forecast(0, 0.015))
put("forecast.gain_-3_deviation_3", forecast(-0.03, 0.03))
