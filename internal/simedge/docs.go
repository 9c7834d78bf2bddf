// Package simedge is a simulated Cloudflare account.
package simedge
