"""A real Chromium without a window, for the tests of pages."""

import json
import shutil

PROGRAMS = ("chromium", "chromedriver")
INSTALL = "apt-get install chromium chromium-driver"
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # root may not have one
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--window-size=1280,1000",
)


def why_not():
    """Why there is no Chromium here; empty if there is one."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    return f"{', '.join(missing)} not found; {INSTALL}" if missing else ""


class Browser:
    """Chromium with a page of a sweep open; whatever it complains of is an error."""

    def __init__(self):
        from selenium import webdriver  # noqa: PLC0415 - only who has a Chromium needs it
        from selenium.webdriver.chrome.service import Service  # noqa: PLC0415
        from selenium.webdriver.common.action_chains import ActionChains  # noqa: PLC0415
        from selenium.webdriver.common.keys import Keys  # noqa: PLC0415

        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which(PROGRAMS[0])
        for option in OPTIONS:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which(PROGRAMS[1])))
        self.driver.set_script_timeout(60)
        self._actions, self._keys = ActionChains, Keys

    def quit(self):
        self.driver.quit()

    def resize(self, width=1280, height=1000):
        """A width below 600 pixels is a telephone's, with fingers."""
        mobile = width < 600
        given = {"width": width, "height": height, "deviceScaleFactor": 2 if mobile else 1, "mobile": mobile}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", given)
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": mobile, "maxTouchPoints": 2})

    def open(self, file, width=1280):
        """Open a page, and wait until it is drawn."""
        self.resize(width)
        self.driver.get(file.as_uri())
        assert self.run("return opened.then(() => 'drawn', (error) => String(error.stack))") == "drawn"
        self.drawn()

    def run(self, code, *given):
        """Run a function's body in the page and return what it returns, or what that promises."""
        answer = (
            f"const done = arguments[arguments.length - 1]; (async function () {{ {code} }}).apply(null, arguments)"
            ".then((value) => done({ value }), (error) => done({ error: String(error.stack) }))"
        )
        found = self.driver.execute_async_script(answer, *given)
        assert "error" not in found, found["error"]
        return found.get("value")

    def inside(self, code, *given):
        """The same, with what the page is made of: sweep, state, diagram, choose."""
        return self.run(f"const {{ sweep, state, diagram, choose }} = await opened; {code}", *given)

    def see(self, file):
        """Open a page, unless it is open: for those who use its functions only."""
        if self.driver.current_url != file.as_uri():
            self.open(file)

    def drawn(self):
        """Wait for the next picture."""
        self.run("await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 0)))")

    def text(self, id_):
        return self.run("return document.getElementById(arguments[0]).innerText", id_)

    def complaints(self):
        """What the console says since the last question, and every address but files that was asked for."""
        said = [entry["message"] for entry in self.driver.get_log("browser")]
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [
            event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"
        ]
        return said + [url for url in asked if not url.startswith(("file:", "data:"))]

    def element(self, id_):
        return self.driver.find_element("id", id_)

    def write(self, id_, text):
        """Write into a field, and leave it."""
        code = "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
        self.run(f"{code} field.dispatchEvent(new Event('change'))", id_, text)
        self.drawn()

    def to_view(self):
        """Scroll the diagram to the top of the window, and return where it stands there: left, top."""
        return self.run(
            "const marks = document.getElementById('marks'); marks.scrollIntoView();"
            "const { left, top } = marks.getBoundingClientRect(); return [left, top];"
        )

    def mouse(self, *steps):
        """Do things with the mouse on the diagram: what, x, y.

        Hover, move with the button down, press, release, click, click twice.
        """
        left, top = self.to_view()
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 0, "y": 0})
        for what, x, y in steps:
            at = {"x": left + x, "y": top + y, "button": "left", "clickCount": 1}
            kinds = {
                "hover": [("mouseMoved", 0)],
                "move": [("mouseMoved", 0)],
                "press": [("mousePressed", 1)],
                "release": [("mouseReleased", 1)],
                "click": [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 1)],
                "twice": [("mousePressed", 1), ("mouseReleased", 1), ("mousePressed", 2), ("mouseReleased", 2)],
            }[what]
            for kind, count in kinds:
                given = {**at, "type": kind, "clickCount": count}
                if kind == "mouseMoved" and what == "move":
                    given["buttons"] = 1
                self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", given)
        self.drawn()

    def wheel(self, x, y, by):
        left, top = self.to_view()
        given = {"type": "mouseWheel", "x": left + x, "y": top + y, "deltaX": 0, "deltaY": by}
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", given)
        self.drawn()

    def fingers(self, *positions):
        """Put fingers down, move them, and lift them: a list of points for each moment."""
        left, top = self.to_view()
        for i, points in enumerate(positions):
            touched = [{"x": left + x, "y": top + y, "id": k} for k, (x, y) in enumerate(points)]
            given = {"type": "touchMove" if i else "touchStart", "touchPoints": touched}
            self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", given)
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        self.drawn()

    def key(self, *keys):
        """Press keys, by name or letter, while the diagram has the focus."""
        self.run("document.getElementById('marks').focus()")
        self._actions(self.driver).send_keys(*(getattr(self._keys, key, key) for key in keys)).perform()
        self.drawn()
