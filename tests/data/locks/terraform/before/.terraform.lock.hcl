# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.example.com/acme/disk" {
  version     = "1.2.0"
  constraints = "~> 1.2.0"
  hashes = [
    "h1:NCrYtArtUBHvh9cHMs07Wkntyc1PPDs61O8GjqUywXs=",
    "h1:zvDQiTQq4Hx9sBgY0RAoBHmhYVFDF8c/EbZ+nUmmEOE=",
  ]
}

provider "registry.example.com/acme/net" {
  version     = "0.9.1"
  constraints = "< 1.0.0"
  hashes = [
    "h1:36pW2zL6/B1aO+q5DhjtjX0DAYASaJGFzItJKPWa0gU=",
    "h1:iqZG/rj/0i7sFdoelpbb9+ObRZ+CnIpGXU0oDurDFlI=",
  ]
}
