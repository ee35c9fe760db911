"""Calls of components: every exception becomes one error, and nothing is printed on standard output."""

from __future__ import annotations

import sys
import threading

import pytest

from embedkit.errors import ComponentError, DataError, Fault
from embedkit.interfaces.calling import Owner, owner_of

pytestmark = pytest.mark.core

OWNER = Owner("tokenizer 'x' (x of embedkit-x 1.0)", "tokenizer")


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no")


class Stop(BaseException):
    """As some libraries end: no Exception."""


def forever():
    return forever()


RAISED = {
    "KeyError: 'half'": lambda: {}["half"],
    "OSError: download failed": lambda: (_ for _ in ()).throw(OSError("download failed")),
    "ValueError: first second": lambda: (_ for _ in ()).throw(ValueError("first\nsecond")),
    "SystemExit: 0": lambda: sys.exit(0),
    "SystemExit": lambda: sys.exit(),
    "RecursionError: maximum": forever,
    "StopIteration": lambda: next(iter(())),
    "MemoryError": lambda: (_ for _ in ()).throw(MemoryError()),
    "AttributeError: 'NoneType'": lambda: None.output_dim,
    "Unprintable": lambda: (_ for _ in ()).throw(Unprintable()),
    "Stop: now": lambda: (_ for _ in ()).throw(Stop("now")),
    r"ValueError: \x1b[31mred": lambda: (_ for _ in ()).throw(ValueError("\x1b[31mred")),
}


@pytest.mark.parametrize("came", RAISED)
def test_whatever_is_raised_names_the_component_and_what_it_was_asked(came):
    with pytest.raises(ComponentError) as caught, OWNER.calling("tokenize() of 4 texts raised"):
        RAISED[came]()
    message = str(caught.value)
    expected = f"tokenizer: tokenizer 'x' (x of embedkit-x 1.0): tokenize() of 4 texts raised {came}"
    assert message.startswith(expected)
    assert "\x1b" not in message
    assert "--traceback" in message
    assert caught.value.__cause__ is not None


def test_of_a_page_of_a_message_the_beginning_is_shown():
    with pytest.raises(ComponentError) as caught, OWNER.calling("fit() raised"):
        raise ValueError("line\n" * 10_000)
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize("error", [DataError(Fault("row 3 is empty")), KeyboardInterrupt()])
def test_errors_of_embedkit_s_own_and_interrupts_pass_as_they_are(error):
    with pytest.raises(type(error)) as caught, OWNER.calling("read() raised"):
        raise error
    assert caught.value is error


def test_what_is_printed_goes_to_standard_error(capsys):
    with OWNER.calling("words() raised"):
        print("within")
        with OWNER.calling("words() raised"):
            print("deeper")
        print("still within")
    print("after")
    captured = capsys.readouterr()
    assert captured.out == "after\n"
    assert captured.err == "within\ndeeper\nstill within\n"


def test_standard_output_is_as_it_was_however_calls_of_threads_overlap():
    before = sys.stdout
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def first():
        with OWNER.calling("tokenize() raised"):
            first_in.set()
            second_in.wait(30)
        first_out.set()

    def second():
        first_in.wait(30)
        with OWNER.calling("tokenize() raised"):
            second_in.set()
            first_out.wait(30)

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.stdout is before


def test_items_that_are_given_one_by_one_are_asked_for_in_calls():
    def items():
        yield 1
        print("not on standard output")
        yield 2
        raise KeyError("half")

    given = OWNER.iterate("blocks() raised", items())
    assert [next(given), next(given)] == [1, 2]
    with pytest.raises(ComponentError, match="blocks\\(\\) raised KeyError: 'half'"):
        next(given)


def test_an_object_without_a_component_is_called_by_its_class():
    assert owner_of(Unprintable()).described == "test_calling.Unprintable"
    assert owner_of(Unprintable).described == "test_calling.Unprintable"
