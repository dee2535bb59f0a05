# What a fleet can be given: mirrorgen build examples/fleet --var mirrors=12 --var members=4

variable "mirrors" {
  description = "mirror sets"
  type        = number
  default     = 5

  validation {
    condition     = var.mirrors >= 1 && var.mirrors <= 4000 && floor(var.mirrors) == var.mirrors
    error_message = "mirrors is a whole number from 1 to 4000, not ${var.mirrors}."
  }
}

variable "members" {
  description = "members of each mirror set: a primary, a backup, and disaster recovery members"
  type        = number
  default     = 3

  validation {
    condition     = var.members >= 1 && var.members <= 16 && floor(var.members) == var.members
    error_message = "members is a whole number from 1 to 16, which is what a mirror set holds, not ${var.members}."
  }
}

variable "gateways" {
  description = "web gateways; null takes one for every ten mirror sets, and at least three"
  type        = number
  default     = null
}

variable "subnet" {
  description = "address range of the lab, for every container"
  type        = string
  default     = "10.64.0.0/14"

  validation {
    condition     = can(cidrhost(var.subnet, 2))
    error_message = "subnet is an address range such as 10.64.0.0/14, not ${var.subnet}."
  }
}
