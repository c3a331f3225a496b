"""Open311 as an app of residents speaks it: `three`, the client on PyPI. Arguments: the address, the key of the app.

The client is of 2013 and for Python 2: what Python 3 took away is put back, and XML is read here, not by the client.
"""

import itertools
import sys
from xml.etree import ElementTree

itertools.ifilter = filter
from three import Three  # noqa: E402

endpoint, key = sys.argv[1:]
city = Three(endpoint, api_key=key, jurisdiction="testville")

discovery = city.discovery()
assert discovery["endpoints"][0]["url"] + "/" == endpoint, discovery
services = city.services()
assert [service["service_code"] for service in services] == ["labour"], services
definition = city.services("labour")
assert definition["attributes"][0]["code"] == "area", definition
[made] = city.post("labour", address="东区示例路1号", name="某 甲", phone="13900000002", description="十二名工人没有到岗")
number = made["service_request_id"]
[made] = city.post("labour", lat="34.01234", long="113.81234", **{"attribute[area]": "990002"})
assert city.token(made["service_request_id"])[0]["service_request_id"] == made["service_request_id"]
[request] = city.request(number)
assert request["status"] == "open" and request["agency_responsible"] == "东区人社局", request
assert request["description"] is None and request["address"] is None, request
listed = city.requests("labour", status="open", count=10)
assert [line["service_request_id"] for line in listed] == [made["service_request_id"], number], listed
assert listed[0]["lat"] == 34.012 and listed[0]["long"] == 113.812, listed
assert city.requests(start="01-01-2020", end="02-01-2020") == []
[error] = city.post("nothing", address="x")
assert error["code"] == 404 and "service_code" in error["description"], error
city.configure(api_key="another")
[error] = city.post("labour", address="x")
assert error["code"] == 403, error

city.configure(format="xml")
listed = ElementTree.fromstring(city.requests(convert=False))
assert listed.tag == "service_requests" and len(listed.findall("request")) == 2, listed
assert listed.find("request/service_code").text == "labour"
services = ElementTree.fromstring(city.services(convert=False))
assert [service.find("service_name").text for service in services.findall("service")] == ["用工"]
definition = ElementTree.fromstring(city.services("labour", convert=False))
assert len(definition.findall("attributes/attribute/values/value")) == 3
errors = ElementTree.fromstring(city.request("77777", convert=False))
assert errors.tag == "errors" and errors.find("error/code").text == "404"
print("ok")
