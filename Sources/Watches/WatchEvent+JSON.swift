public import CanonicalJSON
internal import CreditModel
public import ProfileChanges

/// What all events of an exchange say alike.
public struct EventOrigin: Hashable, Sendable {
    /// The CloudEvents' `source`: the issuer of what the exchange signs.
    public var source: String
    /// Before the paths of the exchange's API: `https://credit.example`, or nothing.
    public var base: String

    /// Names an exchange.
    public init(source: String, base: String = "") {
        self.source = source
        self.base = base
    }
}

extension WatchEvent {
    /// A body stays below this: receivers are promised 20 kB.
    public static let sizeLimit = 20_000
    /// Retracted records that an event lists; the profile itself tells of all.
    private static let listed = 100

    /// The event as a structured CloudEvent 1.0 (`application/cloudevents+json`), below ``sizeLimit``.
    public func body(_ origin: EventOrigin) -> [UInt8] {
        var count = min(retracted.count, Self.listed)
        while true {
            let bytes = JSONValue.object(members(origin, listing: count)).canonical
            if bytes.count < Self.sizeLimit || count == 0 { return bytes }
            count /= 2
        }
    }

    private func members(_ origin: EventOrigin, listing count: Int) -> [String: JSONValue] {
        var data: [String: JSONValue] = ["change": .integer(change), "status": .string(status)]
        if let enterprise {
            data["profile"] = .string("\(origin.base)/v1/enterprises/\(movedTo ?? enterprise)")
            data["versionBefore"] = versionBefore.map { .string($0) } ?? .null
            data["versionAfter"] = versionAfter.map { .string($0) } ?? .null
        }
        if let movedTo { data["movedTo"] = .string(movedTo.text) }
        if let movedFrom { data["movedFrom"] = .string(movedFrom.text) }
        if !sections.isEmpty { data["sections"] = .array(sections.map { .string($0) }) }
        if let retraction { data["retraction"] = .string(retraction.text) }
        if type == .retracted {
            data["retracted"] = .array(retracted.prefix(count).map(\.json))
            data["retractedCount"] = .integer(Int64(retracted.count))
            if let retraction {
                data["acknowledge"] = .string("\(origin.base)/v1/retractions/\(retraction)/ack")
            }
        }
        var members: [String: JSONValue] = [
            "specversion": .string("1.0"), "id": .string(id), "source": .string(origin.source),
            "type": .string(type.name),
            "time": .string(LocalTime(posix: moment).description), "datacontenttype": .string("application/json"),
            "data": .object(data),
        ]
        if let enterprise { members["subject"] = .string(enterprise.text) }
        return members
    }
}

extension WatchEvent {
    /// The event as a store keeps it: canonical JSON.
    package var record: [UInt8] {
        var members: [String: JSONValue] = [
            "type": .string(type.rawValue), "change": .integer(change), "status": .string(status),
            "moment": .integer(moment), "sections": .array(sections.map { .string($0) }),
            "retracted": .array(retracted.map(\.json)),
        ]
        let texts = [
            ("enterprise", enterprise?.text), ("before", versionBefore), ("after", versionAfter),
            ("movedTo", movedTo?.text), ("movedFrom", movedFrom?.text), ("retraction", retraction?.text),
        ]
        for (name, text) in texts { if let text { members[name] = .string(text) } }
        return JSONValue.object(members).canonical
    }

    /// Reads what ``record`` wrote; nil for anything else.
    package init?(record: [UInt8]) {
        guard let json = try? JSONValue(parsing: record), let name = json["type"]?.string,
            let type = WatchEventType(rawValue: name), let change = json["change"]?.integer,
            let status = json["status"]?.string, let moment = json["moment"]?.integer
        else { return nil }
        func id(_ name: String) -> EnterpriseID? { json[name]?.string.flatMap { EnterpriseID($0) } }
        self.init(type, of: id("enterprise"), change: change, status: status, moment: moment)
        versionBefore = json["before"]?.string
        versionAfter = json["after"]?.string
        movedTo = id("movedTo")
        movedFrom = id("movedFrom")
        sections = json["sections"]?.array?.compactMap(\.string) ?? []
        retracted = json["retracted"]?.array?.compactMap { RetractedRecord(json: $0) } ?? []
        retraction = json["retraction"]?.string.flatMap { RetractionID($0) }
    }
}

extension RetractedRecord {
    /// As events and the API write it.
    public var json: JSONValue {
        .object([
            "agency": .string(record.agency), "dataset": .string(record.dataset), "key": .string(record.key),
            "role": .string(record.role), "sections": .array(sections.map { .string($0) }),
        ])
    }

    init?(json: JSONValue) {
        guard let agency = json["agency"]?.string, let dataset = json["dataset"]?.string,
            let key = json["key"]?.string, let role = json["role"]?.string
        else { return nil }
        self.init(
            record: ProfileRecord(agency: agency, dataset: dataset, key: key, role: role),
            sections: json["sections"]?.array?.compactMap(\.string) ?? []
        )
    }
}
