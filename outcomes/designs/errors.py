"""What the engine refuses, each with a code and a sentence for the person who asked."""


class EngineError(Exception):
    """Base of all refusals: `code` is stable, the message says what to do."""

    code = "engine_error"


class DesignError(EngineError):
    """The design asks for something that does not exist or cannot be done."""

    code = "bad_design"

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class InputError(EngineError):
    """The data cannot carry the design; `code` names which rule they break."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Both come back from another process."""
        return type(self), (str(self), self.code)


class PromiseBroken(EngineError):
    """A finished match breaks a constraint of its own design: a fault of the engine."""

    code = "promise_broken"


class NotEstimable(EngineError):
    """One number is undefined on these data; it becomes null beside this reason."""

    code = "not_estimable"
