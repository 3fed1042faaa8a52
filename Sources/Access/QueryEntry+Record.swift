public import CanonicalJSON
internal import CreditModel
internal import Signing

/// How an entry is written: canonical JSON, since it is what people and courts will read; what has nothing to say is left out.
extension QueryEntry {
    /// The bytes that are stored, and chained.
    public var record: [UInt8] {
        // Straight into bytes: each query is written down.
        var json = CanonicalJSONWriter(reservingCapacity: 512)
        func add(_ name: String, _ text: String) {
            json.key(name)
            json.string(text)
        }
        func add(_ name: String, _ number: Int64) {
            json.key(name)
            json.integer(number)
        }
        func add(_ name: String, _ texts: [String]) {
            json.key(name)
            json.beginArray()
            for text in texts { json.string(text) }
            json.endArray()
        }
        json.beginObject()
        switch answer {
        case .nothing: break
        case .stored(let stored):
            json.key("answer")
            json.beginObject()
            add("enterprise", stored.enterprise.text)
            add("form", stored.form.rawValue)
            add("iat", stored.issuedAt)
            add("kid", stored.key)
            add("version", stored.version)
            json.endObject()
        case .kept(let version, let form):
            json.key("answer")
            json.beginObject()
            add("form", form.rawValue)
            json.key("kept")
            json.bool(true)
            if let version { add("version", version) }
            json.endObject()
        }
        if !asked.isEmpty { add("asked", asked.map(\.text)) }
        add("at", moment)
        add("client", client.text)
        if let count { add("count", Int64(count)) }
        add("credential", credential)
        if let digest { add("digest", Base64URL.text(digest.bytes)) }
        add("endpoint", endpoint)
        add("id", id.text)
        if let position { add("position", position) }
        if let purpose { add("purpose", purpose.name) }
        if let refusal { add("refusal", refusal) }
        if let sections { add("sections", sections) }
        add("status", Int64(status))
        json.endObject()
        return json.bytes
    }

    /// The entry as JSON.
    public var json: JSONValue { (try? JSONValue(parsing: record)) ?? .null }

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
    fileprivate var text: String {
        switch self {
        case .enterprise(let id): id.text
        // A colon is in no id.
        case .unknown(let digest): "hmac:\(Base64URL.text(digest))"
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
