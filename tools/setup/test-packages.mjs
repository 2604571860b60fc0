// Debian's packages that only the tests need.

/** What only the tests need: a browser, a display of their own with a window manager, Python with OpenCV for the original programs, openssl for the Python receiver, namespaces, a sound server, shells to complete in, a terminal that can be resized and read, a wall clock to move, git to release what is committed. */
export const TEST_PACKAGES = [
  "ca-certificates",
  "chromium",
  "fish",
  "git",
  "imagemagick",
  "iproute2",
  "libasound2-plugins",
  "libfaketime",
  "openbox",
  "openssl",
  "procps",
  "pulseaudio",
  "pulseaudio-utils",
  "python3-numpy",
  "python3-opencv",
  "tmux",
  "x11-utils",
  "x11-xserver-utils",
  "xauth",
  "xdotool",
  "xvfb",
  "zsh",
];
