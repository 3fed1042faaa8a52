public import CanonicalJSON
internal import CreditModel
internal import Signing

/// How an entry is written: canonical JSON, since it is what people and courts will read; what has nothing to say is left out.
extension QueryEntry {
    /// The bytes that are stored, and chained.
    public var record: [UInt8] {
        // Straight into bytes: each query is written down.
        var json = CanonicalJSONWriter(reservingCapacity: 512)
        let names = Names.all
        json.beginObject()
        write(answer, names, to: &json)
        if !asked.isEmpty {
            json.key(names.asked)
            json.beginArray()
            for whom in asked { json.string(whom.text) }
            json.endArray()
        }
        json.add(names.at, moment)
        json.add(names.client, client.text)
        if let count { json.add(names.count, Int64(count)) }
        json.add(names.credential, credential)
        if let digest { json.add(names.digest, Base64URL.text(digest.bytes)) }
        json.add(names.endpoint, endpoint)
        json.add(names.id, id.text)
        if let position { json.add(names.position, position) }
        if let purpose { json.add(names.purpose, purpose.name) }
        if let refusal { json.add(names.refusal, refusal) }
        if let sections {
            json.key(names.sections)
            json.beginArray()
            for section in sections { json.string(section) }
            json.endArray()
        }
        json.add(names.status, Int64(status))
        json.endObject()
        return json.bytes
    }

    private func write(_ answer: Answer, _ names: Names, to json: inout CanonicalJSONWriter) {
        if case .nothing = answer { return }
        json.key(names.answer)
        json.beginObject()
        switch answer {
        case .nothing: break
        case .stored(let stored):
            json.add(names.enterprise, stored.enterprise.text)
            json.add(names.form, stored.form.rawValue)
            json.add(names.iat, stored.issuedAt)
            json.add(names.kid, stored.key)
            json.add(names.version, stored.version)
        case .kept(let version, let form):
            json.add(names.form, form.rawValue)
            json.key(names.kept)
            json.bool(true)
            if let version { json.add(names.version, version) }
        }
        json.endObject()
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

/// The names of an entry's members, made ready once.
private final class Names: Sendable {
    static let all = Names()

    let answer = CanonicalJSONWriter.Name("answer")
    let asked = CanonicalJSONWriter.Name("asked")
    let at = CanonicalJSONWriter.Name("at")
    let client = CanonicalJSONWriter.Name("client")
    let count = CanonicalJSONWriter.Name("count")
    let credential = CanonicalJSONWriter.Name("credential")
    let digest = CanonicalJSONWriter.Name("digest")
    let endpoint = CanonicalJSONWriter.Name("endpoint")
    let enterprise = CanonicalJSONWriter.Name("enterprise")
    let form = CanonicalJSONWriter.Name("form")
    let iat = CanonicalJSONWriter.Name("iat")
    let id = CanonicalJSONWriter.Name("id")
    let kept = CanonicalJSONWriter.Name("kept")
    let kid = CanonicalJSONWriter.Name("kid")
    let position = CanonicalJSONWriter.Name("position")
    let purpose = CanonicalJSONWriter.Name("purpose")
    let refusal = CanonicalJSONWriter.Name("refusal")
    let sections = CanonicalJSONWriter.Name("sections")
    let status = CanonicalJSONWriter.Name("status")
    let version = CanonicalJSONWriter.Name("version")
}

extension CanonicalJSONWriter {
    fileprivate mutating func add(_ name: Name, _ text: String) {
        key(name)
        string(text)
    }

    fileprivate mutating func add(_ name: Name, _ number: Int64) {
        key(name)
        integer(number)
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
