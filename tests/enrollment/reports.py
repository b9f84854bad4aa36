"""What a report says, short enough to compare."""


def counts(report):
    return report.created, report.updated, report.unchanged, report.refused


def codes(report):
    return [(it.line, it.column, it.code) for it in report.problems]
