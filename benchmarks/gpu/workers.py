"""Two warm programs that take turns: one request a line, one JSON object a line in return."""

import json
import select
import subprocess
import time


class Failed(Exception):
    pass


class Worker:
    """A benchmark under way; its standard error goes to a log."""

    def __init__(self, name, command, log):
        self.name, self.dead = name, None
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0)
        self.unread = b""

    def ask(self, *words, seconds=120):
        """The answer; Failed says in a line why there is none. A program that does not answer in time is ended."""
        if self.dead:
            raise Failed(self.dead)
        try:
            self.process.stdin.write((" ".join(map(str, words)) + "\n").encode())
            line = self.line(time.monotonic() + seconds)
        except (BrokenPipeError, EOFError):
            self.dead = f"{self.name} ended early (exit code {self.process.wait()}); the log says why"
            raise Failed(self.dead)
        except TimeoutError:
            self.process.kill()
            self.dead = f"no answer to \"{words[0]} {words[1]}\" in {seconds} s"
            raise Failed(self.dead)
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def line(self, deadline):
        while True:
            line, end, rest = self.unread.partition(b"\n")
            if end:
                self.unread = rest
                if line.startswith(b"{"):
                    return line
                continue
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            more = self.process.stdout.read(65536)
            if not more:
                raise EOFError
            self.unread += more

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
