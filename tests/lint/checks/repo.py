"""The files of the repository, as git lists them: tracked or new, but not ignored."""
import functools
import subprocess


class Repo:
    def __init__(self, root, build_dir=None):
        self.root = root
        self._build_dir = build_dir

    @functools.cached_property
    def files(self):
        """Paths relative to the root, sorted."""
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=self.root,
                                check=True, capture_output=True, text=True).stdout
        names = sorted(set(name for name in listed.split("\0") if name))
        return [name for name in names if (self.root / name).is_file() and not (self.root / name).is_symlink()]

    @functools.lru_cache(maxsize=None)
    def text(self, name):
        """None for a file that is not text."""
        content = (self.root / name).read_bytes()
        try:
            return None if b"\0" in content else content.decode()
        except UnicodeDecodeError:
            return None

    def cpp_files(self):
        return [name for name in self.files if name.endswith((".cpp", ".hpp"))]

    def first_line(self, name):
        text = self.text(name)
        return text.split("\n", 1)[0] if text else ""

    def shell_scripts(self):
        return [name for name in self.files if name.endswith(".sh") or is_shell(self.first_line(name))]

    def python_files(self):
        return [name for name in self.files if name.endswith(".py") or is_python(self.first_line(name))]

    def compile_commands(self):
        """The compile_commands.json to use, or None."""
        folders = [self._build_dir] if self._build_dir else [
            self.root / "build/dev", *sorted((self.root / "build").glob("*"))]
        for folder in folders:
            if (folder / "compile_commands.json").is_file():
                return folder / "compile_commands.json"
        return None


def is_shell(first_line):
    return first_line.startswith("#!") and first_line.split("/")[-1].split()[-1] in ("sh", "bash")


def is_python(first_line):
    return first_line.startswith("#!") and "python" in first_line
