public import CanonicalJSON
internal import CreditModel
internal import Signing

/// How an entry is written: canonical JSON, since it is what people and courts will read; what has nothing to say is left out.
extension QueryEntry {
    /// The bytes that are stored, and chained.
    public var record: [UInt8] { json.canonical }

    /// The entry as JSON.
    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "at": .integer(moment), "client": .string(client.text), "credential": .string(credential),
            "endpoint": .string(endpoint), "id": .string(id.text), "status": .integer(Int64(status)),
        ]
        if !asked.isEmpty { members["asked"] = .array(asked.map(\.json)) }
        if let sections { members["sections"] = .array(sections.map { .string($0) }) }
        if let purpose { members["purpose"] = .string(purpose.name) }
        if let digest { members["digest"] = .string(Base64URL.text(digest.bytes)) }
        if let position { members["position"] = .integer(position) }
        if let refusal { members["refusal"] = .string(refusal) }
        if let count { members["count"] = .integer(Int64(count)) }
        switch answer {
        case .nothing: break
        case .stored(let stored):
            members["answer"] = .object([
                "enterprise": .string(stored.enterprise.text), "form": .string(stored.form.rawValue),
                "iat": .integer(stored.issuedAt), "kid": .string(stored.key), "version": .string(stored.version),
            ])
        case .kept(let version, let form):
            var answer: [String: JSONValue] = ["form": .string(form.rawValue), "kept": .bool(true)]
            if let version { answer["version"] = .string(version) }
            members["answer"] = .object(answer)
        }
        return .object(members)
    }

    /// Reads an entry back.
    /// - Throws: ``AccessError`` `damaged` where the bytes are none.
    public init(record: [UInt8]) throws(AccessError) {
        guard let entry = try? JSONValue(parsing: record), let read = Self(entry) else {
            throw AccessError(.damaged, "an entry of the journal cannot be read: restore the journal from a back-up")
        }
        self = read
    }

    private init?(_ json: JSONValue) {
        guard let id = json["id"]?.string.flatMap({ QueryID($0) }), let moment = json["at"]?.integer,
            let client = json["client"]?.string.flatMap({ ClientID($0) }), let credential = json["credential"]?.string,
            let endpoint = json["endpoint"]?.string, let status = json["status"]?.integer
        else { return nil }
        self.init(
            id: id,
            moment: moment,
            client: client,
            credential: credential,
            endpoint: endpoint,
            status: Int(clamping: status)
        )
        asked = json["asked"]?.array?.compactMap(AskedFor.init(json:)) ?? []
        sections = json["sections"]?.array?.compactMap(\.string)
        purpose = json["purpose"]?.string.flatMap { Purpose($0) }
        digest = json["digest"]?.string.flatMap { Base64URL.decode(Array($0.utf8)) }.flatMap { Digest256($0) }
        position = json["position"]?.integer
        refusal = json["refusal"]?.string
        count = json["count"]?.integer.map { Int(clamping: $0) }
        guard let answer = json["answer"] else { return }
        guard let form = answer["form"]?.string.flatMap({ DocumentForm(rawValue: $0) }) else { return nil }
        if answer["kept"]?.bool == true {
            self.answer = .kept(version: answer["version"]?.string, form: form)
            return
        }
        guard let enterprise = answer["enterprise"]?.string.flatMap({ EnterpriseID($0) }),
            let version = answer["version"]?.string, let key = answer["kid"]?.string,
            let issuedAt = answer["iat"]?.integer
        else { return nil }
        self.answer = .stored(
            StoredAnswer(enterprise: enterprise, version: version, key: key, issuedAt: issuedAt, form: form)
        )
    }
}

extension AskedFor {
    fileprivate var json: JSONValue {
        switch self {
        case .enterprise(let id): .string(id.text)
        // A colon is in no id.
        case .unknown(let digest): .string("hmac:\(Base64URL.text(digest))")
        }
    }

    fileprivate init?(json: JSONValue) {
        guard let text = json.string else { return nil }
        if let id = EnterpriseID(text) {
            self = .enterprise(id)
        } else if text.hasPrefix("hmac:"), let digest = Base64URL.decode(Array(text.utf8.dropFirst(5))) {
            self = .unknown(digest)
        } else {
            return nil
        }
    }
}
