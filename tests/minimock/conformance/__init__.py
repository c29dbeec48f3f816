"""What mock does, case by case: exit codes, result files, logs, and what it leaves behind."""
