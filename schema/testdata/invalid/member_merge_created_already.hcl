lab "twice" {}
mirror "m" {
  member "a" {
    role  = "primary"
    merge = <<-CPF
      [config]
      globals=0,0,128,0,0,0

      [Actions]
      CreateDatabase:Name=mirrordb,Directory=/home/irisowner/db/other/
      CreateNamespace:Name=OTHER,Globals=MIRRORDB
    CPF
  }
}
