"""Words that scripts and tests look for in failures."""

from lockwork.domain.checks import Report
from lockwork.domain.errors import ValidationFailed

MISSING_SECRETS = "reference secrets or secret keys that do not exist"


def with_their_words(failure: ValidationFailed) -> ValidationFailed:
    """The same failure; one about missing secrets says so as scripts know it."""
    report = failure.report
    if not isinstance(report, Report) or not any(problem.refuses for problem in report.problems):
        return failure
    text = f"components or steps {MISSING_SECRETS}: {failure.message}"
    return ValidationFailed(text, report, hint=failure.hint)
