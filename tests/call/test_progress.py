"""How far a call is in its flow, folded from its facts."""

from callserver.call.progress import Progress, progress
from callserver.model import facts as f
from callserver.model.flow import Frame
from tests.call.calls import offered

OUTER = Frame("support", "v1", "identify")
INNER = Frame("ask", "v2", "pin")


def entered(frame: Frame, *stack: Frame) -> f.StepEntered:
    return f.StepEntered("c", 1.0, frame.flow, frame.version, frame.step, stack)


def keys(text: str) -> list[f.Fact]:
    return [f.DigitPressed("c", 2.0, key) for key in text]


def test_call_that_entered_no_step_has_no_place() -> None:
    assert progress([offered("c"), f.CallAnswered("c", 1.0)]) == Progress()


def test_place_is_that_of_the_last_step_with_the_way_that_led_there() -> None:
    now = progress([offered("c"), entered(OUTER), entered(INNER, OUTER)])
    assert now.place == (OUTER, INNER)
    assert now.flow == ("support", "v1")


def test_keys_count_since_the_step_began_or_the_input_was_missed() -> None:
    assert progress([entered(OUTER), *keys("12"), entered(INNER, OUTER), *keys("34")]).keys == "34"
    missed = [entered(OUTER), *keys("12"), f.InputMissed("c", 3.0), *keys("5")]
    assert progress(missed).keys == "5"


def test_variables_have_their_last_value_and_secrets_none() -> None:
    now = progress(
        [
            entered(OUTER),
            f.VariablesSet("c", 1.0, {"account": "1", "pin": "open"}),
            entered(INNER, OUTER),
            f.VariablesSet("c", 2.0, {"account": "2"}, ("pin", "copy")),
            f.VariablesSet("c", 3.0, {"copy": None}),
            f.LanguageChosen("c", 4.0, "lv"),
        ]
    )
    assert now.variables == {"account": "2", "copy": None}
    assert now.secrets == {"pin": (OUTER, INNER)}
    assert now.language == "lv"
