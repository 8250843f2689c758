"""The queue: suggestions of the whole study one at a time, likeliest first, ranked anew after every few decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from needsseg.errors import NeedssegError
from needsseg.records import Passage
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.marking import Marking
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.targets import KeyTargets
from needsseg.tui.gathering import Gathering
from needsseg.tui.keys.hints import key_of, key_range, with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.actions.coding.suggesting import Queue, QueueItem
    from needsseg.actions.study import Study
    from needsseg.progress import Progress
    from needsseg.tui.child import Outcome

RANKING = "ranking the suggestions"
BATCH = 5
"""After how many decisions the remaining suggestions are ranked again."""
UNSTORED = -1
"""The id of a suggested window that the study stores only once it is decided."""


@dataclass(frozen=True, slots=True)
class DecidedItem:
    """A suggestion that was decided in the queue, and the decision's entry in the history."""

    item: QueueItem
    entry: int


class SuggestionQueue:
    """While the queue is open, a decision leads to the next most likely suggestion, in any interview."""

    def __init__(self, context: CodeContext, interview: OpenInterview, targets: KeyTargets, marking: Marking) -> None:
        self.context, self._interview, self._targets, self._marking = context, interview, targets, marking
        self._queue: Queue | None = None
        self._waiting: list[QueueItem] = []
        self._item: QueueItem | None = None
        self._trail: list[DecidedItem] = []
        self._skipped: set[tuple[str, int, int]] = set()
        self._passed: set[tuple[str, int, int]] = set()
        """The suggestions that were shown since the queue was opened, except the current one."""
        self._ranking: Gathering[Queue] = Gathering(context, self._tell_progress)
        """The ranking that goes on; one that is out of date is stopped."""
        self._decisions_since_ranking = 0
        self._undone_item: QueueItem | None = None
        self._in_reading_order = False

    @property
    def is_open(self) -> bool:
        """Whether the queue is open."""
        return self._item is not None

    @property
    def state(self) -> str:
        """The queue in the status line: the chance of acceptance, and the number of decisions it was learned from."""
        if self._item is None or self._queue is None:
            return ""
        learned = f"learned from {self._queue.decisions}" if self._queue.learned else "not learned yet"
        order = ", in reading order" if self._in_reading_order else ""
        return f" · queue: {self._chance_words(self._item)}, {learned}{order}"

    @staticmethod
    def _chance_words(item: QueueItem) -> str:
        return "chance not known yet" if item.chance is None else f"{item.chance:.0%} likely"

    @property
    def chance(self) -> str:
        """The chance of the current suggestion and the outlook for the remaining ones, for the panel."""
        if self._item is None or self._queue is None:
            return ""
        outlook = self._queue.outlook
        expected = f", about {round(outlook.left):,} worth it" if self._queue.learned else ""
        remaining = f"of {outlook.undecided:,} left{expected}" if expected else f"{outlook.undecided:,} left"
        return f"{self._chance_words(self._item)} · {remaining}"

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for the current suggestion."""
        return self._item.reasons if self._item else ()

    def unstored(self) -> list[Passage]:
        """Return the current suggestion as a passage, if the study does not store it as one."""
        item = self._item
        if item is None or item.passage is not None or item.interview != self._interview.key:
            return []
        return [
            Passage(
                UNSTORED, item.interview, item.speaker, item.start, item.end, item.quote, "suggested", "program",
                item.score, item.reasons,
            )
        ]  # fmt: skip

    @shows_errors
    def open_or_close(self) -> None:
        """Open the queue of suggestions over the whole study, or close it."""
        if self._targets.is_waiting():
            return
        if self.is_open:
            self.close()
            self.context.done("closed the queue", undo=False)
            return
        self._skipped.clear()
        self._passed.clear()
        self._trail.clear()
        self._rank(self._ranked_first, wait=True)

    def _ranked_first(self) -> None:
        from needsseg.actions.coding import ENOUGH

        if self._queue is not None and self._queue.unread and self._queue.decisions >= ENOUGH:
            self.context.run_verb(
                "Reading all participant speech (once only)", self._read_all, ["embed", "--participants"]
            )
        else:
            self._begin_queue()

    @shows_errors
    def change_order(self) -> None:
        """Switch between likeliest first and reading order; open the queue if it is closed."""
        if self._targets.is_waiting():
            return
        self._in_reading_order = not self._in_reading_order
        if self.is_open:
            self._rank(self._ranked_in_order, wait=True)
        else:
            self.open_or_close()

    def _ranked_in_order(self) -> None:
        if self._waiting:
            self._show(self._next_item())
        self.context.tell("in reading order, from here on" if self._in_reading_order else "likeliest first")

    def _next_item(self) -> QueueItem:
        """Return the first waiting suggestion; in reading order the first from the current one on."""
        current = self._item
        if current is None or not self._in_reading_order:
            return self._waiting[0]
        return next((item for item in self._waiting if _key(item) >= _key(current)), self._waiting[0])

    @shows_errors
    def _read_all(self, outcome: Outcome) -> None:
        from needsseg.tui.widgets.progress import failure

        if outcome.code:
            raise failure(outcome)
        self._rank(self._begin_queue, wait=True)

    def _begin_queue(self) -> None:
        if not self._waiting:
            self.context.tell(
                with_keys(
                    "there are no undecided suggestions: press {interviews.suggest} on Interviews "
                    "({go.interviews}) to suggest passages"
                )
            )
            return
        self._show(self._waiting[0])
        order = "in reading order" if self._in_reading_order else "likeliest first"
        self.context.tell(
            f"{order}: {key_of('code.accept')} {key_of('code.reject')} decide, {key_of('code.skip')} skips, "
            f"{key_of('code.code')} {key_of('code.quick')} {key_range('code.digit1', 9)} code, "
            f"{key_of('study.undo')} goes back, {key_of('code.queue_order')} changes the order, "
            f"{key_of('code.queue')} ends"
        )

    def close(self) -> None:
        """Close the queue."""
        self._item, self._queue = None, None
        self._forget_ranking()

    def stop_waiting(self) -> None:
        """Stop waiting for a ranking; a queue that was not open yet stays closed."""
        self._forget_ranking()
        self.context.tell("stopped: nothing was changed")

    def _forget_ranking(self) -> None:
        self._ranking.stop()
        self._targets.busy = ""

    def _tell_progress(self) -> None:
        if self._targets.busy:
            self._targets.busy = self._ranking.words.removesuffix(" …") or RANKING
            self.context.tell()

    def _rank(self, then: Callable[[], None], *, wait: bool) -> None:
        """Rank in the background. With ``wait`` nothing can be decided until ``then`` shows the result."""
        self._decisions_since_ranking = 0
        reading = self._in_reading_order

        def rank(study: Study, progress: Progress) -> Queue:
            from needsseg.actions.coding import suggesting

            return suggesting.queue(study, None if reading else 50, reading=reading, progress=progress)

        self._ranking.begin(self.context.study.path, rank, partial(self._ranked, then))
        if wait:
            self._targets.busy = RANKING
            self.context.tell("")

    def _ranked(self, then: Callable[[], None], queue: Queue | NeedssegError) -> None:
        waited, self._targets.busy = bool(self._targets.busy), ""
        if isinstance(queue, NeedssegError):
            self.context.show_error(queue)
            return
        if waited and not self.context.is_current:
            self.context.tell(
                with_keys("you opened something else before the suggestions were ranked; {code.queue} opens the queue")
            )
            return
        item = self._item
        if item is not None:  # the suggestion on the screen gets its new chance, too
            self._item = item = next((one for one in queue.items if _key(one) == _key(item)), item)
        excluded = self._skipped | self._passed | ({_key(item)} if item is not None else set())
        self._queue = queue
        self._waiting = [one for one in queue.items if _key(one) not in excluded]
        then()

    def _show(self, item: QueueItem) -> None:
        """Show a suggestion in its interview."""
        self._item = item
        if item.interview != self._interview.key:
            self.context.leave()
        self._marking.drop()
        self.context.show_place(Bookmark(item.interview, UNSTORED if item.passage is None else item.passage))

    def next(self, *, skip: bool = False) -> None:
        """Go on to the next suggestion; rank again after a batch."""
        if self._item is not None and skip:
            self._skipped.add(_key(self._item))
        self._passed |= {_key(self._item)} if self._item else set()
        self._waiting = [item for item in self._waiting if _key(item) not in self._passed | self._skipped]
        if not self._waiting:
            self._rank(self._show_next, wait=True)
            return
        if self._decisions_since_ranking >= BATCH and not self._ranking.is_going:
            self._rank(self._show_learned, wait=False)
        self._show(self._next_item())

    def _show_next(self) -> None:
        """Show the next suggestion, or end the queue if there is none."""
        if self._waiting:
            self._show(self._next_item())
            return
        self.close()
        self.context.tell("the queue is empty: every suggestion was decided or skipped")
        self.context.refresh_study()

    def _show_learned(self) -> None:
        """Show the new chance of the current suggestion."""
        if self.context.is_current and self.is_open:
            self.context.show_passage()
            self._warn_if_unlikely()

    @shows_errors
    def decide(self, status: Literal["accepted", "rejected"]) -> None:
        """Decide on the current suggestion, and go on."""
        from needsseg.actions.coding import passages, suggesting
        from needsseg.actions.study import history

        item = self._item
        if item is None:
            return
        if item.passage is None:
            suggesting.decide_window(
                self.context.study, item.interview, item.start, item.end, status, item.score, item.reasons
            )
        else:
            passages.decide(self.context.study, [item.passage], status)
        newest = history.newest_own(self.context.study)
        if newest is not None:
            self._trail.append(DecidedItem(item, newest.id))
        self._decisions_since_ranking += 1
        self.context.tell(f"{status} “{one_line(item.quote, 40)}” · {key_of('study.undo')} undoes")
        self.next()
        self._warn_if_unlikely()

    def is_shown(self, passage: Passage) -> bool:
        """Return whether a passage is the queue's current suggestion."""
        item = self._item
        return item is not None and (item.interview, item.start, item.end) == (
            self._interview.key,
            passage.start,
            passage.end,
        )

    def store(self, passage: int) -> None:
        """Note that the current suggestion was accepted by marking or coding it; it stays current for more codes."""
        if self._item is not None:
            self._decisions_since_ranking += 1
            self._item = replace(self._item, passage=passage)

    def _warn_if_unlikely(self) -> None:
        if self._queue is not None and self._queue.outlook.unlikely and self.is_open:
            decisions = format_count(self._queue.decisions, "decision")
            self.context.tell(
                f"after {decisions}, further suggestions are unlikely to be accepted; about "
                f"{round(self._queue.outlook.left)} may still be among them. {key_of('code.queue')} ends the queue"
            )

    def note_undone(self, entry: int) -> None:
        """Put the suggestion of an undone decision first again; ``entry`` is the decision's entry in the history."""
        if self.is_open and self._trail and self._trail[-1].entry == entry:
            self._undone_item = self._trail.pop().item
            self._passed.discard(_key(self._undone_item))
            self._forget_ranking()
            self._waiting.insert(0, self._undone_item)
            # Rank again at the next step, without the undone decision.
            self._decisions_since_ranking = BATCH

    def return_to_undone(self) -> bool:
        """Show the suggestion whose decision was just undone; return whether there was one."""
        item, self._undone_item = self._undone_item, None
        if item is not None:
            self._show(item)
        return item is not None


def _key(item: QueueItem) -> tuple[str, int, int]:
    return item.interview, item.start, item.end
