import CanonicalJSON
import Compression
import CreditModel
import Crypto
import Foundation
import HashTree
import Signing

/// A platform's copy of everything: begun with a snapshot, kept up by the change feed, over HTTP and with the public keys alone.
struct Mirror {
    struct Failure: Error {
        let what: String
    }

    let port: Int
    /// The signed document of each enterprise.
    private(set) var documents: [String: [UInt8]] = [:]
    private(set) var versions: [String: String] = [:]
    private(set) var moved: [String: String] = [:]
    /// Whom each code leads to, by its name, or by its place in the tree where it is not named.
    private(set) var codes: [String: [String]] = [:]
    private(set) var annexes: [String: [UInt8]] = [:]
    private(set) var after: Int64 = 0
    /// The root of the status that the copy is to hold.
    private(set) var expected = ""
    /// What kinds of changes came.
    private(set) var kinds: Set<String> = []

    init(port: Int) { self.port = port }

    // MARK: The snapshot

    /// Begins anew; each file is taken in pieces, as if the connection broke again and again.
    mutating func begin(piece: Int = 10_000) throws {
        self = Mirror(port: port)
        let manifest = try payload(get("/v1/snapshots/latest").body, as: .snapshot)
        guard let id = manifest["id"]?.string, let after = manifest["after"]?.integer, let status = manifest["status"]
        else {
            throw Failure(what: "no manifest")
        }
        self.after = after
        expected = try root(of: status.canonical)
        for part in ["profiles", "names", "annexes"] {
            guard let file = manifest["files"]?[part], let name = file["name"]?.string else {
                throw Failure(what: part)
            }
            let bytes = try download("/v1/snapshots/\(id)/\(name)", piece: piece)
            guard
                "sha256:"
                    + SHA256.hash(data: bytes).map({ String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }).joined()
                    == file["digest"]?.string
            else { throw Failure(what: "\(name) is another file") }
            for line in try Gzip.decompress(bytes).split(separator: 0x0A) { try take(Array(line), of: part) }
        }
    }

    private func download(_ path: String, piece: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var tag = ""
        while true {
            let range =
                ["Range: bytes=\(bytes.count)-\(bytes.count + piece - 1)"] + (tag.isEmpty ? [] : ["If-Range: \(tag)"])
            let answer = try HTTPCall.send("GET", path, port: port, headers: range)
            guard answer.status == 206, let told = answer.headers["content-range"] else {
                throw Failure(what: answer.text)
            }
            tag = answer.headers["etag"] ?? ""
            bytes += answer.body
            if bytes.count == told.split(separator: "/").last.flatMap({ Int($0) }) { return bytes }
        }
    }

    private mutating func take(_ line: [UInt8], of part: String) throws {
        guard part != "profiles" else { return try keep(line) }
        let value = try JSONValue(parsing: line)
        if part == "annexes" {
            annexes[value["digest"]?.string ?? ""] = value["annex"]?.canonical
        } else if let target = value["movedTo"]?.string {
            moved[value["name"]?.string ?? ""] = target
        } else {
            codes[name(of: value)] = value["holders"]?.array?.compactMap(\.string)
        }
    }

    private mutating func keep(_ document: [UInt8]) throws {
        let envelope = try payload(document, as: .profile)
        guard let id = envelope["sub"]?.string, let version = envelope["version"]?.string else {
            throw Failure(what: "no profile")
        }
        documents[id] = document
        versions[id] = version
    }

    // MARK: The feed

    /// Follows to the end, a few changes at a time.
    mutating func follow(limit: Int = 7) throws {
        while true {
            let page = try JSONValue(parsing: get("/v1/changes?after=\(after)&limit=\(limit)&codes=true").body)
            let changes = page["changes"]?.array ?? []
            for change in changes { try apply(change) }
            try fetch(Set(changes.filter { $0["version"] != nil }.compactMap { $0["id"]?.string }))
            after = page["after"]?.integer ?? after
            if let status = page["statuses"]?.array?.last { expected = try root(of: status.canonical) }
            if changes.isEmpty { return }
        }
    }

    private mutating func apply(_ change: JSONValue) throws {
        let kind = change["kind"]?.string ?? ""
        kinds.insert(kind)
        guard kind != "code" else {
            let holders = change["holders"]?.array?.compactMap(\.string) ?? []
            codes[name(of: change)] = holders.isEmpty ? nil : holders
            return
        }
        let id = change["id"]?.string ?? ""
        moved[id] = change["movedTo"]?.string
        if change["version"] == nil {
            documents[id] = nil
            versions[id] = nil
        }
    }

    /// The present documents; what is none by now is told by a change that comes later.
    private mutating func fetch(_ ids: Set<String>) throws {
        guard !ids.isEmpty else { return }
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        let answer = try HTTPCall.send(
            "POST",
            "/v1/enterprises:batchGet",
            port: port,
            headers: ["Content-Type: application/json"],
            body: "{\"ids\":[\(list)]}"
        )
        for line in answer.body.split(separator: 0x0A) {
            if let document = try JSONValue(parsing: Array(line))["document"] { try keep(document.canonical) }
        }
    }

    // MARK: What it holds

    /// The root over everything that it holds.
    var root: String {
        let tree = HashTree.sha256
        var leaves = versions.map { tree.leaf($0.key, .version($0.value)) }
        leaves += moved.compactMap { id, target in EnterpriseID(target).map { tree.leaf(id, .movedTo($0)) } }
        leaves += codes.map { name, holders in
            tree.leaf(
                TreeHash(digest: name) ?? tree.key(of: name),
                says: .holders(holders.compactMap { EnterpriseID($0) })
            )
        }
        return tree.root(of: leaves.sorted { $0.key < $1.key }[...]).digest
    }

    private func name(of value: JSONValue) -> String { value["name"]?.string ?? value["key"]?.string ?? "" }

    private func get(_ path: String) throws -> HTTPAnswer {
        let answer = try HTTPCall.send("GET", path, port: port)
        guard answer.status == 200 else { throw Failure(what: answer.text) }
        return answer
    }

    private func payload(_ document: [UInt8], as type: DocumentType) throws -> JSONValue {
        let keys = try KeySet(parsing: get("/.well-known/jwks.json").body)
        return try JSONValue(parsing: keys.verify(SignedDocument(parsing: document), as: type).payload)
    }

    private func root(of status: [UInt8]) throws -> String {
        try payload(status, as: .status)["tree"]?["root"]?.string ?? ""
    }
}
