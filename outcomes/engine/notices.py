"""What a reader must know beside the numbers, each with a stable code."""

from dataclasses import asdict, dataclass, field
from typing import Protocol


class Warn(Protocol):
    def __call__(self, code: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Notice:
    code: str
    text: str


@dataclass(slots=True)
class Notices:
    """Collects notices in the order they arise; call it as `warn(code, text)`."""

    found: list[Notice] = field(default_factory=list)

    def __call__(self, code: str, text: str) -> None:
        notice = Notice(code, text)
        if notice not in self.found:
            self.found.append(notice)

    def rows(self) -> list[dict[str, str]]:
        return [asdict(notice) for notice in self.found]

    def codes(self) -> set[str]:
        return {notice.code for notice in self.found}
