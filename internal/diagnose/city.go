package diagnose

import "strings"

// cities are those of Cloudflare's data centers by the code of the airport that the location is named for (IATA). Locations that are not in
// it go by their code.
var cities = func() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(cityList) {
		code, city, _ := strings.Cut(strings.TrimSpace(line), " ")
		out[code] = city
	}
	return out
}()

// City is the city of a location of Cloudflare's: "Frankfurt" for "fra03"; empty where it is not known.
func City(colo string) string {
	if len(colo) < 3 {
		return ""
	}
	return cities[strings.ToLower(colo[:3])]
}

// LocationName is what people call a location of Cloudflare's: "Frankfurt (fra03)".
func LocationName(colo string) string {
	if city := City(colo); city != "" {
		return city + " (" + colo + ")"
	}
	return colo
}

const cityList = `akl Auckland
ams Amsterdam
arn Stockholm
atl Atlanta
ath Athens
bcn Barcelona
ber Berlin
bkk Bangkok
blr Bangalore
bna Nashville
bog Bogota
bom Mumbai
bos Boston
bru Brussels
bud Budapest
cai Cairo
cdg Paris
cgk Jakarta
clt Charlotte
cmh Columbus
cph Copenhagen
cpt Cape Town
del New Delhi
den Denver
dfw Dallas
dme Moscow
doh Doha
dtw Detroit
dub Dublin
dus Dusseldorf
dxb Dubai
edi Edinburgh
ewr Newark
eze Buenos Aires
fco Rome
fra Frankfurt
gig Rio de Janeiro
gru Sao Paulo
gva Geneva
ham Hamburg
hel Helsinki
hkg Hong Kong
hnd Tokyo
iad Ashburn
iah Houston
icn Seoul
ind Indianapolis
ist Istanbul
jax Jacksonville
jnb Johannesburg
kbp Kyiv
kix Osaka
kul Kuala Lumpur
las Las Vegas
lax Los Angeles
lga New York
lhr London
lim Lima
lis Lisbon
los Lagos
maa Chennai
mad Madrid
man Manchester
mci Kansas City
mel Melbourne
mex Mexico City
mia Miami
mnl Manila
mrs Marseille
msp Minneapolis
muc Munich
mxp Milan
nbo Nairobi
nrt Tokyo
ord Chicago
osl Oslo
otp Bucharest
pdx Portland
per Perth
phl Philadelphia
phx Phoenix
pmo Palermo
prg Prague
qro Queretaro
ric Richmond
rix Riga
ruh Riyadh
san San Diego
scl Santiago
sea Seattle
sgn Ho Chi Minh City
sin Singapore
sjc San Jose
slc Salt Lake City
sof Sofia
stl St. Louis
str Stuttgart
syd Sydney
tlv Tel Aviv
tpe Taipei
vie Vienna
waw Warsaw
yul Montreal
yvr Vancouver
yyz Toronto
zag Zagreb
zrh Zurich`
