{"run": {"one": {}}}
