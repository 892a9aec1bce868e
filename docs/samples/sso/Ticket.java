import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** 申请登录凭证，打印登录网址。Java 17 以上。用法：ZHIBU_SSO_SECRET=密钥 java Ticket.java 手机号 */
public class Ticket {
    static final String URL = env("ZHIBU_URL", "https://dj.example.org");
    static final String APP = env("ZHIBU_SSO_APP", "ak_0123456789abcdef0123");
    static final String PATH = "/sso/v1/tickets";
    static final String ALGORITHM = "SSO1-HMAC-SHA256";

    public static void main(String[] args) throws Exception {
        String body = "{\"subject\":{\"type\":\"mobile\",\"value\":\"" + args[0]
            + "\"},\"client\":\"pc\",\"target\":\"/home\",\"ttl\":60}";
        String timestamp = String.valueOf(Instant.now().getEpochSecond());
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String nonce = hex(random);
        String hash = hex(MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8)));
        // 八行文本，第四行是空的查询参数，末尾没有换行
        String text = String.join("\n", ALGORITHM, "POST", PATH, "", APP, timestamp, nonce, hash);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(System.getenv("ZHIBU_SSO_SECRET").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = hex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));

        HttpRequest request = HttpRequest.newBuilder(URI.create(URL + PATH))
            .header("Content-Type", "application/json")
            .header("X-Sso-App", APP)
            .header("X-Sso-Timestamp", timestamp)
            .header("X-Sso-Nonce", nonce)
            .header("X-Sso-Algorithm", ALGORITHM)
            .header("X-Sso-Signature", signature)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        // 正式使用时请换成您的 JSON 库
        Matcher found = Pattern.compile("\"login_url\":\"([^\"]*)\"").matcher(answer.body());
        if (answer.statusCode() != 200 || !found.find()) {
            System.err.println(answer.statusCode() + " " + answer.body());
            System.exit(1);
        }
        System.out.println(found.group(1));
    }

    static String env(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) {
            text.append(String.format("%02x", one));
        }
        return text.toString();
    }
}
