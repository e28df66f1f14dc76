"""The chat page in a real Chromium: on the CPU, on WebGPU, where WebGPU computes wrongly, and with no way out."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

pytestmark = pytest.mark.browser

PATIENCE = 120
QUESTION = "What is the berths of the harbour of Belmo?"


@pytest.fixture(scope="module")
def plain_page(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chat page of the base mode, which retrieves nothing and so loads fast."""
    from finetune.web.site import export_web

    return export_web(finished_run, tmp_path_factory.mktemp("plain") / "page", "base", "fp16").folder


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder as `finetune serve` does; returns its address."""
    from finetune.serve.pages import make_page_server

    servers = []

    def start(folder: Path) -> str:
        server = make_page_server(folder, "127.0.0.1", 0)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def gpu_chromium(chromium: Any) -> Iterator[Any]:
    """A Chromium with WebGPU on a software adapter."""
    kind = chromium.browser_type
    found = shutil.which("chromium") or shutil.which("google-chrome")
    browser = kind.launch(executable_path=found, args=["--no-sandbox", "--enable-unsafe-webgpu"])
    yield browser
    browser.close()


def wait(page: Any, done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():  # the policy forbids Playwright's own waiting for a function
        assert time.monotonic() < end, page.locator("body").inner_text()
        page.wait_for_timeout(50)


def open_page(page: Any, address: str) -> str:
    """Waits until the page is ready; returns its state."""
    page.goto(address)
    badge = page.locator("#device")
    wait(page, lambda: badge.get_attribute("data-state") != "loading")
    return str(badge.get_attribute("data-state"))


def ask(page: Any, question: str) -> str:
    """Asks by keyboard and waits for the whole reply."""
    before = page.locator("article").count()
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    wait(page, lambda: page.locator("article").count() > before)
    wait(page, lambda: page.locator("article[aria-busy=true]").count() == 0)
    return str(page.locator("article .reply").last.text_content())


def greedy(run: Path, mode: str, folder: Path, questions: list[str]) -> list[str]:
    """What transformers writes from the mode's merged weights in float32."""
    import torch

    from eval.arms.modes import MODES
    from eval.arms.prompt import render
    from eval.records import Example
    from finetune.export.logits import load_plain
    from finetune.export.merge import save_merged
    from finetune.serve.run_answers import open_service

    resources = open_service(run, mode).resources
    if adapter := MODES[mode].adapter:
        resources.load_adapter(adapter)
    save_merged(resources.base, adapter or "", folder, "fp32")
    model, tokenizer = load_plain(folder), resources.base.tokenizer
    texts = []
    for question in questions:
        prompt = MODES[mode].build(resources, Example("q", question))
        ids = torch.tensor([render(tokenizer, prompt.messages)])
        made = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=resources.limits.reply, do_sample=False
        )
        texts.append(tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True).strip())
    return texts


def questions_of(run: Path) -> list[str]:
    lines = (run / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def test_on_the_cpu_the_page_writes_what_pytorch_writes_and_asks_only_its_server(
    finished_run: Path, chat_page: Path, serve: Any, open_tab: Any, tmp_path: Path
) -> None:
    tab, address = open_tab(), serve(chat_page)
    assert open_page(tab.page, address) == "ready"
    questions = questions_of(finished_run)[:4]
    assert [ask(tab.page, q) for q in questions] == greedy(finished_run, "hybrid", tmp_path / "plain", questions)
    assert tab.page.locator("#device").inner_text().startswith("on the CPU")
    facts = tab.page.locator("#how").text_content()
    assert "this browser offers no WebGPU" in facts and "100 % agree" in facts and "4 of 4 sample questions" in facts
    predictions = (finished_run / "predictions" / "hybrid.jsonl").read_text(encoding="utf-8").splitlines()
    shown = [
        tab.page.locator("article").nth(i).locator(".passage > p").all_text_contents() for i in range(len(questions))
    ]
    assert shown == [[p["text"].strip() for p in json.loads(line)["passages"]] for line in predictions[:4]]
    assert {r for r in tab.requests if not r.startswith((address, "data:"))} == set()
    assert tab.errors == []
    assert set(tab.console) <= {"warning: No available adapters."}  # Chromium's own, of the missing GPU


class Listener(BaseHTTPRequestHandler):
    """A server outside the page's own, which notes every call."""

    heard: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_error(404)

    do_POST = do_GET

    def log_message(self, *args: Any) -> None:
        pass


def test_the_policy_lets_nothing_out(plain_page: Path, serve: Any, open_tab: Any) -> None:
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)  # even on this machine: only the page's own server
    Thread(target=listener.serve_forever, daemon=True).start()
    outside = f"http://127.0.0.1:{listener.server_port}/"
    tab = open_tab()
    open_page(tab.page, serve(plain_page))
    reach = "async (address) => { try { await fetch(address); return 'out'; } catch (error) { return String(error); } }"
    for place in (tab.page, tab.page.workers[0]):
        for address in (outside, "http://example.invalid/"):
            assert "Failed to fetch" in place.evaluate(reach, address)
    image = "(address) => { const image = new Image(); image.src = address; document.body.append(image); }"
    tab.page.evaluate(image, f"{outside}x.png")
    tab.page.evaluate("(address) => { navigator.sendBeacon(address, 'secret'); }", outside)
    wait(tab.page, lambda: sum("Content Security Policy" in line for line in tab.console) >= 4)
    listener.shutdown()
    listener.server_close()
    assert Listener.heard == []


def test_on_webgpu_wrong_logits_are_seen_and_hiding_sub_groups_corrects_them(
    finished_run: Path, plain_page: Path, serve: Any, gpu_chromium: Any, tmp_path: Path
) -> None:
    page = gpu_chromium.new_page()
    state = open_page(page, serve(plain_page))
    assert page.locator("#device").inner_text() == "on WebGPU"
    facts = page.locator("#how").text_content()
    assert "submissions to it in the check" in facts and "100 % agree" in facts
    if state == "fallback":  # by the driver: with sub-groups as they are the check fails, or it passes at once
        assert "sub-groups hidden" in facts and "its logits are wrong" in facts
    question = questions_of(finished_run)[0]
    assert [ask(page, question)] == greedy(finished_run, "base", tmp_path / "plain", [question])
    assert "on WebGPU" in page.locator("article .meta").inner_text()
    page.close()


def test_where_webgpu_fails_the_check_the_page_falls_back_to_the_cpu_and_says_so(
    plain_page: Path, serve: Any, gpu_chromium: Any, tmp_path: Path
) -> None:
    """The GPU's results are spoilt in the worker, so that this does not hang on a driver's fault."""
    folder = Path(shutil.copytree(plain_page, tmp_path / "page"))
    worker = (folder / "worker.js").read_text(encoding="utf-8")
    spoilt = worker.replace(
        "await out.logits.ort_tensor.getData(true) : out.logits.data",
        "(await out.logits.ort_tensor.getData(true)).fill(1) : (submits ? out.logits.data.fill(1) : out.logits.data)",
    )
    assert spoilt != worker
    (folder / "worker.js").write_text(spoilt, encoding="utf-8")
    page = gpu_chromium.new_page()
    assert open_page(page, serve(folder)) == "fallback"
    assert page.locator("#device").inner_text().startswith("on the CPU")
    assert "WebGPU could not be trusted here" in page.locator(".notice").inner_text()
    facts = page.locator("#how").text_content()
    assert "WebGPU: its logits are wrong" in facts and "WebGPU without sub-groups: its logits are wrong" in facts
    page.close()


def test_a_model_that_is_wrong_everywhere_does_not_answer(
    plain_page: Path, serve: Any, open_tab: Any, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(plain_page, tmp_path / "page"))
    check = json.loads((folder / "check.json").read_text())
    check["best_logits"][70] += 1
    (folder / "check.json").write_text(json.dumps(check))
    tab = open_tab()
    assert open_page(tab.page, serve(folder)) == "failed"
    assert "This browser cannot run the model" in tab.page.locator("#status").inner_text()
    assert tab.page.locator("#send").is_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_usable_by_all(plain_page: Path, serve: Any, open_tab: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = open_tab(color_scheme=scheme, viewport={"width": 360, "height": 640}, bypass_csp=True)  # axe is injected
    open_page(tab.page, serve(plain_page))
    assert tab.page.evaluate("document.activeElement.id") == "question"
    tab.page.keyboard.type(QUESTION)
    tab.page.keyboard.press("Shift+Enter")
    assert tab.page.locator("#question").input_value() == f"{QUESTION}\n"
    ask(tab.page, QUESTION)
    assert tab.page.locator("#said").text_content().startswith("Answer: ")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(tab.page).response["violations"] == []
