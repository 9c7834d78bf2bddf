// Command flarewire watches and configures networks on Cloudflare's Magic Transit and Cloudflare WAN.
package main

func main() {}
