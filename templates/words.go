package templates

// words are what the tables and the diagram of a page say in its language. In a
// text, %s stands for the name that it is about.
type words struct {
	roles map[string]string // by the role of a service or node

	duties   map[string]string // by role, with the mirrors that it is for; a role that is lacking is a member's
	member   string            // of a mirror: %[1]s is the mirror, %[2]s the role
	aws      map[string]string // by role: what it would be on AWS, where that is not instance
	instance string

	notes           map[string]string // by note of an endpoint, with its target
	answers         map[string]string // by note of an endpoint: who answers; the bare target where it is lacking
	health          map[string]string // by role: what a health check answers, where that is not unhealthy
	unhealthy       string
	inside          string // follows an address that is not published
	none            string // no arbiter
	durable, fading string // whether data outlives its container
	any             string // any number will do

	units map[string]string // by unit of a duration: what follows the number

	mirror, mirrors, members, more string // of the diagram; all but the first have a number
	several                        string // how many a node stands for
	healthCheck                    string
}

// languages are the words by language code.
var languages = map[string]*words{"en": &english, "ja": &japanese}

var english = words{
	roles: map[string]string{
		"primary":            "primary",
		"backup":             "backup",
		"drasync":            "DR async",
		"rorasync":           "read-only reporting async",
		"rwrasync":           "read-write reporting async",
		"arbiter":            "arbiter",
		"application_server": "ECP application server",
		"web_gateway":        "Web Gateway",
		"nginx":              "HTTP load balancer",
		"haproxy":            "SQL load balancer",
		"http_clients":       "HTTP clients",
		"sql_clients":        "SQL clients",
	},
	duties: map[string]string{
		"nginx":              "external load balancer: HTTP to the Web Gateways",
		"haproxy":            "internal load balancer: superserver of the primary of %s",
		"web_gateway":        "Web Gateway to all mirrors",
		"arbiter":            "arbiter of %s",
		"application_server": "ECP application server of mirror %s",
	},
	member: "%[2]s of mirror %[1]s",
	aws: map[string]string{
		"nginx":   "Application Load Balancer",
		"haproxy": "internal Network Load Balancer",
		"arbiter": "small EC2 instance in a third Availability Zone",
		"backup":  "EC2 instance in another Availability Zone than its primary",
		"drasync": "EC2 instance in another Region",
	},
	instance: "EC2 instance",
	notes: map[string]string{
		"unfit":          "the primary of mirror %s; **unfit**: a failover moves the session to another member",
		"primary":        "the primary of mirror %s; fit for what concerns the mirror's data, not for settings of a member",
		"closed":         "**403 by design**: through nginx every client would look like one from inside",
		"unused":         `"You are not authorized": the member's own web server; unused`,
		"default_server": "the gateway's `default_server`",
	},
	answers: map[string]string{
		"primary": "the primary of mirror %s",
		"member":  "%s itself, whatever its role: does not follow a failover",
	},
	health: map[string]string{
		"primary": "`200`, `SUCCESS`",
		"backup":  "`503`, `FAILED`",
		"drasync": "`FAILED`, until it is promoted",
	},
	unhealthy:   "anything but `200`",
	inside:      ", inside the lab only",
	none:        "none",
	durable:     "yes, in `data/`",
	fading:      "no",
	any:         "any",
	units:       map[string]string{"ms": " ms", "s": " s", "m": " min", "h": " h", "d": " d"},
	mirror:      "mirror %s",
	mirrors:     "%s mirrors",
	members:     "members: %s",
	more:        "%s more",
	several:     " ... (%s in all)",
	healthCheck: "health check",
}

var japanese = words{
	roles: map[string]string{
		"primary":            "プライマリ",
		"backup":             "バックアップ",
		"drasync":            "DR非同期メンバ",
		"rorasync":           "読み取り専用レポーティング非同期メンバ",
		"rwrasync":           "読み書き可能レポーティング非同期メンバ",
		"arbiter":            "アービター",
		"application_server": "ECPアプリケーションサーバ",
		"web_gateway":        "Webゲートウェイ",
		"nginx":              "HTTPロードバランサ",
		"haproxy":            "SQLロードバランサ",
		"http_clients":       "HTTPクライアント",
		"sql_clients":        "SQLクライアント",
	},
	duties: map[string]string{
		"nginx":              "外部LB。HTTPをWebゲートウェイに振り分ける",
		"haproxy":            "内部LB。%sのプライマリのスーパーサーバに中継する",
		"web_gateway":        "全ミラー用のWebゲートウェイ",
		"arbiter":            "%sのアービター",
		"application_server": "ミラー%sのECPアプリケーションサーバ",
	},
	member: "ミラー%[1]sの%[2]s",
	aws: map[string]string{
		"nginx":   "Application Load Balancer",
		"haproxy": "内部向けNetwork Load Balancer",
		"arbiter": "3つ目のアベイラビリティゾーンにある小さなEC2インスタンス",
		"backup":  "プライマリとは別のアベイラビリティゾーンにあるEC2インスタンス",
		"drasync": "別のリージョンにあるEC2インスタンス",
	},
	instance: "EC2インスタンス",
	notes: map[string]string{
		"unfit":          "ミラー%sのプライマリ。**本用途に不向き**: フェイルオーバーすると、セッションが別のメンバに移る",
		"primary":        "ミラー%sのプライマリ。用途次第: ミラーのデータに関する操作には適し、特定のメンバの設定には適さない",
		"closed":         "**意図的に403を返す**: nginxを経由すると、外部のクライアントもすべて内部からのアクセスに見えてしまうため",
		"unused":         "メンバ自身のWebサーバ。「You are not authorized」となる。未使用",
		"default_server": "Webゲートウェイの`default_server`",
	},
	answers: map[string]string{
		"primary": "ミラー%sのプライマリ",
		"member":  "役割にかかわらず%s(フェイルオーバーに追従しない)",
	},
	health: map[string]string{
		"primary": "`200`, `SUCCESS`",
		"backup":  "`503`, `FAILED`",
		"drasync": "昇格するまでは`FAILED`",
	},
	unhealthy:   "`200`以外",
	inside:      "(環境の内部のみ)",
	none:        "なし",
	durable:     "する(`data/`)",
	fading:      "しない",
	any:         "任意",
	units:       map[string]string{"ms": "ミリ秒", "s": "秒", "m": "分", "h": "時間", "d": "日"},
	mirror:      "ミラー %s",
	mirrors:     "ミラー %sセット",
	members:     "メンバ数: %s",
	more:        "他 %sセット",
	several:     " ... (計%s台)",
	healthCheck: "ヘルスチェック",
}
