package import CanonicalJSON
internal import Access
internal import CreditModel

extension WatchEntry {
    /// As it is on its list.
    package var json: JSONValue {
        var members: [String: JSONValue] = ["enterprise": .string(enterprise.text), "added": .integer(added)]
        if let asked { members["asked"] = .string(asked) }
        if let followed { members["followed"] = .string(followed.text) }
        return .object(members)
    }
}

extension WatchList {
    /// As the API and the command line give a list.
    package var json: JSONValue {
        .object([
            "id": .string(id.text), "client": .string(client.text), "name": .string(name),
            "created": .integer(created), "count": .integer(Int64(count)),
        ])
    }
}

extension Webhook {
    /// Without its secret.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id.text), "client": .string(client.text), "url": .string(url), "created": .integer(created),
            "types": .array(types.map(\.name).sorted().map { .string($0) }),
            "sections": .array(sections.sorted().map { .string($0) }), "enabled": .bool(disabled == nil),
        ]
        switch target {
        case .list(let id): members["list"] = .string(id.text)
        case .watched: members["list"] = .string("watched")
        case .everything: members["list"] = .string("everything")
        }
        if let disabled { members["disabled"] = .string(disabled.rawValue) }
        if let disabledAt { members["disabledAt"] = .integer(disabledAt) }
        if let failingSince { members["failingSince"] = .integer(failingSince) }
        return .object(members)
    }
}

extension Delivery {
    /// Without what the event says.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "event": .string(event.id), "type": .string(event.type.name), "webhook": .string(webhook.text),
            "change": .integer(event.change), "state": .string(state.name), "failures": .integer(Int64(failures)),
        ]
        if let enterprise = event.enterprise { members["enterprise"] = .string(enterprise.text) }
        if state == .due { members["due"] = .integer(due) }
        if let lastStatus { members["status"] = .integer(Int64(lastStatus)) }
        if let lastError { members["error"] = .string(lastError) }
        if let lastAttempt { members["lastAttempt"] = .integer(lastAttempt) }
        return .object(members)
    }
}

extension Retraction {
    /// With the records that were retracted.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id.text), "client": .string(client.text), "enterprise": .string(enterprise.text),
            "reason": .string(reason.rawValue), "opened": .integer(opened), "records": .array(records.map(\.json)),
        ]
        if let delivered { members["delivered"] = .integer(delivered) }
        if let acknowledged { members["acknowledged"] = .integer(acknowledged) }
        return .object(members)
    }
}
