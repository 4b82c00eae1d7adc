"""Who is meant: the students of a gradebook, by whatever a platform calls them.

Nobody is guessed. A name that two students have, or none, finds nobody, and the sentence says so.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from autograder.gradebook import Student, letters
from autograder.lms.platforms import PlatformFile
from autograder.submissions.archives import same_form
from autograder.text import printable


class NobodyError(Exception):
    """It is not known whose a file is; the text says why."""


class ClassList:
    """The students of a course. groups: the ids of the students in each group, by the group's name.

    A gradebook without any student's name, address or number is no class list: then a platform's number or
    name becomes the student's id.
    """

    def __init__(
        self, students: Sequence[Student], groups: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        # the students that nbgrader itself adds have nothing but an id
        self.is_there = any(s.first_name or s.last_name or s.email or s.lms_user_id for s in students)
        self._students = {student.id: student for student in students}
        self._by_id: dict[str, set[str]] = defaultdict(set)
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for student in students:
            for key in filter(None, (student.id, student.lms_user_id, student.email)):
                self._by_id[_key(key)].add(student.id)
            if student.name != student.id:
                self._by_name[_plain(student.name)].add(student.id)
        self._groups = {
            _slug(name): [id_ for member in members for id_ in self._by_id.get(_key(member), ())]
            for name, members in (groups or {}).items()
        }

    def owners(self, file: PlatformFile, submitters: Iterable[Mapping[str, str]] = ()) -> list[str]:
        """The students to whom a file belongs; several where a group handed in. Raises NobodyError.

        submitters: those of the archive's own list, where the platform has one.
        """
        if file.platform.by == "number":
            return self._submitters(file, list(submitters))
        if not self.is_there:
            return [re.sub(r"[^\w.@-]+", "-", file.who).strip("-.") or "nobody"]
        if file.platform.by == "any":
            anybody = self.anybody(file.who)
            return self._only({anybody} if anybody else set(), file)
        matches = self._named(file) if file.platform.by == "name" else self._identified(file)
        return self._only(matches, file)

    def anybody(self, name: str) -> str | None:
        """The student whose id, number, address or full name this is; None where it is nobody's, or two's."""
        matches = self._by_id.get(_key(name)) or self._by_name.get(_plain(name), set())
        return next(iter(matches)) if len(matches) == 1 else None

    def may_be_a_group(self, file: PlatformFile, student: str) -> bool:
        """Whether Canvas's path has another name than the student's, as it has for a group."""
        known = self._students.get(student)
        if file.platform.name != "Canvas" or not file.before or known is None or known.name == known.id:
            return False
        return sorted(_slug(file.before)) != sorted(_slug(known.name))

    def _identified(self, file: PlatformFile) -> set[str]:
        parts = [*file.before.split("_"), file.who] if file.before else [file.who]
        ids = ("_".join(parts[i:]) for i in range(len(parts)))  # the longest that there is
        matches = next((self._by_id[_key(who)] for who in ids if _key(who) in self._by_id), set())
        if not matches and file.platform.by == "id or name":
            matches = self._by_name.get(_plain(file.before), set())
        group = self._groups.get(_slug(file.before), []) if file.platform.name == "Canvas" else []
        return set(group) if matches & set(group) else matches

    def _named(self, file: PlatformFile) -> set[str]:
        # Moodle before 4.1 puts a group and - before the name
        ends = [file.who, *(file.who[m.end() :] for m in re.finditer("-", file.who))]
        matches = next((self._by_name[_plain(who)] for who in ends if _plain(who) in self._by_name), None)
        if matches is None and _slug(file.who) in self._groups:
            return set(self._groups[_slug(file.who)])
        return matches or set(self._by_id.get(_key(file.who), ()))

    def _submitters(self, file: PlatformFile, submitters: list[Mapping[str, str]]) -> list[str]:
        if not submitters:
            raise NobodyError(
                f"{file.platform.name} says whose it is in submission_metadata.yml, which is not there. "
                "Export the submissions again, and take the archive as it is"
            )
        keys = ("sid", "email", "name")
        if not self.is_there:
            return [next(s[k] for k in keys if s.get(k)) for s in submitters if any(map(s.get, keys))]
        owners = []
        for submitter in submitters:
            student = next((s for k in keys if (s := self.anybody(submitter.get(k, "")))), None)
            if student is None:
                raise NobodyError(
                    f"nobody is called {printable(submitter.get('name', '?'))} in the gradebook"
                )
            owners.append(student)
        return owners

    def _only(self, matches: set[str], file: PlatformFile) -> list[str]:
        together = any(matches == set(members) for members in self._groups.values())
        if len(matches) == 1 or (matches and together):
            return sorted(matches)
        number = f"there are {len(matches)}" if matches else "there is nobody"
        hint = f". {file.platform.hint}" if file.platform.hint and not matches else ""
        raise NobodyError(f"{number} called {printable(file.who)} in the gradebook{hint}")


def _key(name: str) -> str:
    return same_form(name).casefold()


def _slug(name: str) -> str:
    """A name as platforms write it into a path: its letters and digits."""
    return re.sub(r"[\W_]+", "", letters(name))


def _plain(name: str) -> str:
    """A name whatever its order, capitals, accents and signs, which platforms treat as they like."""
    return " ".join(sorted(re.sub(r"[\W_]+", " ", letters(name)).split()))
