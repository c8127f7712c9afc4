# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.example.com/acme/disk" {
  version     = "1.3.0"
  constraints = ">= 1.2.0"
  hashes = [
    "h1:EYaj11skNxYsnR3CMBqcIaTazgUWY0NXXbSiz55Q15I=",
  ]
}

provider "registry.example.com/acme/mail" {
  version = "3.1.4"
  hashes = [
    "h1:pGnpBoYV2TpYCwARRfTr/tDXC3pYUlhQkrvLfR67wBk=",
  ]
}

provider "registry.example.com/acme/net" {
  version     = "2.0.0"
  constraints = ">= 1.0.0"
  hashes = [
    "h1:prutPqsQnlo/3zysAsw5Mn3Yb9BqVEFnZMopoiLZnxI=",
  ]
}
