topology = "lab.hcl"
