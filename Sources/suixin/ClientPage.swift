internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import Signing

/// A client as people and machines read it.
struct ClientPage {
    private let client: Client
    private let language: Language

    init(_ client: Client, _ language: Language) {
        self.client = client
        self.language = language
    }

    func print(json isJSON: Bool) { isJSON ? Terminal.print(json: json) : Terminal.print(text) }

    var json: JSONValue {
        var limits: [String: JSONValue] = [
            "burst": .integer(Int64(client.limits.burst)), "window": .integer(Int64(client.limits.window)),
        ]
        if let daily = client.limits.daily { limits["daily"] = .integer(Int64(daily)) }
        var members: [String: JSONValue] = [
            "id": .string(client.id.text), "name": .string(client.name), "created": .integer(client.created),
            "scopes": .array(client.scopes.scopes.map { .string($0.name) }), "limits": .object(limits),
            "enabled": .bool(client.disabled == nil),
            "certificates": .array(client.certificates.map { .string("\($0)") }),
            "keys": .array(client.keys.keys.map { .string($0.keyID) }),
        ]
        if let purposes = client.purposes {
            members["purposes"] = .array(purposes.map(\.name).sorted().map { .string($0) })
        }
        if let reason = client.disabled { members["disabled"] = .string(reason) }
        if client.revokedBefore > 0 { members["tokensRevokedBefore"] = .integer(client.revokedBefore) }
        return .object(members)
    }

    private var text: String {
        var rows = [
            [language.word("编号", "id"), client.id.text], [language.word("名称", "name"), Terminal.plain(client.name)],
            [language.word("状态", "state"), state],
            [language.word("创建", "created"), LocalTime(posix: client.created).spaced],
            [language.word("权限", "scopes"), client.scopes.isEmpty ? "–" : client.scopes.description],
            [language.word("目的", "purposes"), purposes], [language.word("限额", "limits"), limits],
        ]
        if !client.certificates.isEmpty {
            rows.append([
                language.word("证书", "certificates"), client.certificates.map(\.description).joined(separator: " "),
            ])
        }
        if !client.keys.keys.isEmpty {
            rows.append([language.word("公钥", "jwks"), client.keys.keys.map(\.keyID).joined(separator: " ")])
        }
        if client.revokedBefore > 0 {
            let moment = LocalTime(posix: client.revokedBefore).spaced
            rows.append([
                language.word("令牌作废", "tokens void"), language.word("\(moment) 之前签发的", "issued before \(moment)"),
            ])
        }
        return Terminal.table(rows)
    }

    private var state: String {
        guard let reason = client.disabled else { return language.word("启用", "enabled") }
        return language.word("停用：\(Terminal.plain(reason))", "disabled: \(Terminal.plain(reason))")
    }

    private var purposes: String {
        guard let purposes = client.purposes else { return language.word("不限", "any") }
        guard !purposes.isEmpty else { return "–" }
        return Purpose.all.filter(purposes.contains).map { purpose in
            language == .chinese ? "\(purpose.chineseTitle) (\(purpose.name))" : purpose.name
        }.joined(separator: language.word("、", ", "))
    }

    private var limits: String {
        let (burst, window) = (Terminal.grouped(client.limits.burst), client.limits.window)
        let daily = client.limits.daily.map(Terminal.grouped)
        return language.word("每 \(window) 秒 \(burst) 次", "\(burst) in \(window) s")
            + (daily.map { language.word("，每日 \($0) 次", ", \($0) a day") } ?? "")
    }

    /// All clients, a line each.
    static func table(_ clients: [Client], used: [ClientID: Int64], _ language: Language) -> String {
        let headings = [
            language.word("编号", "id"), language.word("名称", "name"), language.word("状态", "state"),
            language.word("今日", "today"), language.word("限额", "limits"), language.word("权限", "scopes"),
        ]
        let rows = clients.map { client in
            let page = ClientPage(client, language)
            return [
                client.id.text, Terminal.plain(client.name), page.state, Terminal.grouped(Int(used[client.id] ?? 0)),
                page.limits, client.scopes.isEmpty ? "–" : client.scopes.description,
            ]
        }
        return Terminal.table([headings] + rows, rightAligned: [3])
    }
}

/// A client's keys and secrets as people read them.
enum CredentialPage {
    static func table(_ credentials: [Credential], at now: Int64, _ language: Language) -> String {
        guard !credentials.isEmpty else { return language.word("没有密钥。", "There is no key.") }
        let headings = [
            language.word("编号", "id"), language.word("种类", "kind"), language.word("名称", "label"),
            language.word("状态", "state"), language.word("创建", "created"), language.word("最后使用", "last used"),
        ]
        let rows = credentials.map { credential in
            [
                credential.id.text,
                credential.kind == .apiKey ? "API key" : language.word("客户端密码", "client secret"),
                credential.label.isEmpty ? "–" : Terminal.plain(credential.label), state(credential, at: now, language),
                LocalTime(posix: credential.created).spaced, credential.lastUsed?.description ?? "–",
            ]
        }
        return Terminal.table([headings] + rows)
    }

    private static func state(_ credential: Credential, at now: Int64, _ language: Language) -> String {
        if let revoked = credential.revoked {
            let moment = LocalTime(posix: revoked).spaced
            return language.word("\(moment) 吊销", "revoked \(moment)")
        }
        guard let expires = credential.expires else { return language.word("有效", "good") }
        let day = LocalTime(posix: expires - 1).day
        return expires <= now ? language.word("已过期", "expired") : language.word("有效至 \(day)", "good until \(day)")
    }
}

extension Credential {
    /// What machines read of it; nothing that is secret.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id.text), "client": .string(client.text),
            "kind": .string(kind == .apiKey ? "api-key" : "client-secret"), "created": .integer(created),
        ]
        if !label.isEmpty { members["label"] = .string(label) }
        if let expires { members["expires"] = .integer(expires) }
        if let revoked { members["revoked"] = .integer(revoked) }
        if let lastUsed { members["lastUsed"] = .string(lastUsed.description) }
        return .object(members)
    }
}
