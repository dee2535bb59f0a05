import json
import sys

import jinja2

with open(sys.argv[1], encoding="utf-8") as f:
    template = jinja2.Template(f.read(), keep_trailing_newline=True)
with open(sys.argv[2], encoding="utf-8") as f:
    data = json.load(f)
sys.stdout.write(template.render(data))
